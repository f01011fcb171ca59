"""Making a report: the draft, its words, and the way to the second person and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from contracts.reports import policy, queries, rules
from contracts.reports.layouts import NEWEST
from contracts.reports.models import Report
from contracts.reports.problems import AlreadyDrafted, PeriodNotOver
from contracts.reports.services import steps
from contracts.turnover.rules import Period, Side
from market.kernel import audit
from market.kernel.actor import SYSTEM, Actor
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.constraints import refuse_on
from market.kernel.policy import refusal
from market.kernel.problems import InvalidInput, SecondPersonNeeded
from market.notices.services import lazy_text
from market.reference import queries as reference

DEFAULT_SIDES = (Side.OUTPUT.value, Side.ABSORPTION.value)


@transaction.atomic
def draft_report(
    *,
    actor: Actor,
    kind: str,
    year: int,
    number: int | None,
    region: str = "",
    sides: Sequence[str] = (),
    note: str = "",
    at: datetime,
) -> Report:
    """Begin the next edition of a period's report; `number` is the quarter or month.

    Raises PeriodInvalid, PeriodNotOver, and AlreadyDrafted where the edition before is not published yet.
    """
    if not actor.is_system and not policy.is_office(actor):
        raise refusal(actor)
    period = rules.period_of(kind, year=year, number=number)
    require_over(period, at=at)
    region = region or settings.HOME_REGION
    if reference.unknown_codes("region", [region], period.last):
        raise InvalidInput(errors=[{"loc": ["region"], "code": "region_unknown", "message": _("没有这个区划")}])
    report = Report(
        kind=kind,
        first_on=period.first,
        last_on=period.last,
        region=region,
        sides=ordered_sides(sides),
        edition=_next_edition(kind, period, region),
        layout=NEWEST,
        note=note,
        made_by_id=actor.user_id,
        created_at=at,
        updated_at=at,
    )
    changes = {"kind": kind, "first_on": period.first, "region": region, "edition": report.edition}
    with refuse_on(one_report_per_edition=AlreadyDrafted):
        save_change(report, actor=actor, action="report.drafted", at=at, changes=changes)
    return report


@transaction.atomic
def revise_report(
    *, actor: Actor, report_id: UUID, version: int | None, sides: Sequence[str], note: str, at: datetime
) -> Report:
    """Change the words of a draft, and which sides have tables."""
    report = steps.fetch(actor=actor, report_id=report_id, verb="revise", version=version)
    report.sides, report.note = ordered_sides(sides), note
    save_change(report, actor=actor, action="report.revised", at=at, changes={"sides": report.sides, "note": note})
    return report


@transaction.atomic
def submit_report(*, actor: Actor, report_id: UUID, version: int | None, at: datetime) -> Report:
    """Hand the draft to the second person, who is told."""
    report = steps.fetch(actor=actor, report_id=report_id, verb="submit", version=version)
    if actor.user_id is None:
        raise SecondPersonNeeded
    report.submit(by_id=actor.user_id, organisation_id=actor.organisation_id, at=at)
    save_change(report, actor=actor, action="report.submitted", at=at)
    steps.tell(steps.approvers(report), report, title=_asking(report), at=at)
    return report


@transaction.atomic
def discard_report(*, actor: Actor, report_id: UUID, version: int | None, at: datetime) -> Report:
    """Take a draft away that nobody was to publish; its period is free again, and the audit trail keeps that it was."""
    report = steps.fetch(actor=actor, report_id=report_id, verb="discard", version=version)
    changes = {"kind": report.kind, "first_on": report.first_on, "region": report.region, "edition": report.edition}
    audit.record("report.discarded", actor=actor, subject=report, at=at, changes=changes)
    report.delete()
    return report


@transaction.atomic
def return_report(*, actor: Actor, report_id: UUID, version: int | None, reason: str, at: datetime) -> Report:
    """Send the report back to its makers, saying why."""
    report = steps.fetch(actor=actor, report_id=report_id, verb="return", version=version)
    report.send_back(reason=reason)
    save_change(report, actor=actor, action="report.returned", at=at, changes={"reason": reason})
    steps.tell(report.makers, report, title=lazy_text(lambda: _("统计报告被退回")), at=at)
    return report


@transaction.atomic
def draft_last_month(*, at: datetime) -> Report | None:
    """The draft of last month's report for the city, unless there is any report of that month; the office is told."""
    year, month = rules.month_before(local_date(at))
    period = Period.month(year, month)
    if Report.objects.filter(kind=Report.Kind.MONTHLY, first_on=period.first, region=settings.HOME_REGION).exists():
        return None
    try:
        report = draft_report(actor=SYSTEM, kind=Report.Kind.MONTHLY, year=year, number=month, at=at)
    except AlreadyDrafted:  # another process was faster
        return None
    steps.tell(steps.makers(), report, title=lazy_text(lambda: _("上月统计月报草稿已生成")), at=at)
    return report


def _asking(report: Report) -> Any:
    """What the approvers are told; one whose figures differ from the published edition's is named so."""
    revised = queries.revision(report, queries.content(report))
    if revised is None or revised.is_empty:
        return lazy_text(lambda: _("统计报告待您审核"))
    return lazy_text(lambda: _("统计报告待您审核，与已发布的第 %(edition)s 版不同") % {"edition": revised.edition})


def require_over(period: Period, *, at: datetime) -> None:
    """Raise PeriodNotOver unless the period lies behind, in Asia/Shanghai."""
    if period.last >= local_date(at):
        words = _("报告期至 %(last_on)s 结束，此后才能生成报告") % {"last_on": period.last}
        raise PeriodNotOver(words, last_on=period.last)


def ordered_sides(sides: Sequence[str]) -> list[str]:
    """The sides in one order, each once; both where none is named."""
    return [side.value for side in Side if side.value in sides] or list(DEFAULT_SIDES)


def _next_edition(kind: str, period: Period, region: str) -> int:
    """Raises AlreadyDrafted while the newest edition is not published."""
    editions = Report.objects.filter(kind=kind, first_on=period.first, region=region)
    if live := editions.exclude(state=Report.State.PUBLISHED).first():
        raise AlreadyDrafted(report_id=live.id)
    newest: int | None = editions.aggregate(newest=Max("edition"))["newest"]
    return (newest or 0) + 1
