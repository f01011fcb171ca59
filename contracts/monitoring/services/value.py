"""Who answers for an indicator, and its values: entered by one person of the office, confirmed by another."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.monitoring import policy, queries, rules
from contracts.monitoring.models import IndicatorValue, Responsibility
from contracts.monitoring.problems import FedByLedger, OfficeUnfit, ValueAwaits, ValueUnfit, YearOutsidePlan
from contracts.turnover.models import PlanIndicator
from contracts.turnover.services import TURNOVER_NO
from market.accounts.queries import members_with_role
from market.kernel import audit, files
from market.kernel.actor import Actor
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.policy import refusal
from market.kernel.problems import WrongState
from market.notices.services import lazy_text, notify

FAULTS = {
    "value_negative": gettext_lazy("数值不能为负"),
    "value_not_whole": gettext_lazy("该指标按整数计数"),
    "value_above_hundred": gettext_lazy("百分比不能超过 100"),
}


@transaction.atomic
def assign_office(
    *, actor: Actor, indicator_no: int, organisation_id: UUID, due_days: int, at: datetime
) -> Responsibility:
    """Say which office answers for an indicator; the operator alone does. Raises OfficeUnfit.

    Said again it changes nothing: an office that is late stays late.
    """
    indicator = queries.indicator(indicator_no, year=local_date(at).year)
    if not actor.is_operator:
        raise refusal(actor)
    office = queries.offices().filter(pk=organisation_id).first()
    if office is None:
        raise OfficeUnfit
    said = Responsibility.objects.filter(indicator=indicator, office=office, due_days=due_days).first()
    if said is not None:
        return said
    row, _made = Responsibility.objects.update_or_create(
        indicator=indicator, defaults={"office": office, "due_days": due_days, "assigned_at": at}
    )
    changes = {"office_id": office.id, "due_days": due_days}
    audit.record("indicator.assigned", actor=actor, subject=indicator, at=at, changes=changes)
    return row


@transaction.atomic
def enter_value(
    *,
    actor: Actor,
    indicator_no: int,
    year: int,
    value: Decimal,
    source_text: str,
    proof: "File[bytes]",
    at: datetime,
) -> IndicatorValue:
    """Put down a year's value with its source and proof; it counts once a second person has confirmed it.

    Raises FedByLedger, YearOutsidePlan, ValueUnfit, ValueAwaits, and what `files.store` raises.
    """
    # The lock makes the revisions of a year follow one another.
    indicator = _locked(indicator_no, year)
    if indicator.no == TURNOVER_NO:
        raise FedByLedger
    if not policy.answers_for(actor, indicator):
        raise refusal(actor)
    _check(indicator, year, value, at)
    of_year = IndicatorValue.objects.filter(indicator=indicator, year=year)
    if of_year.filter(state=IndicatorValue.State.ENTERED).exists():
        raise ValueAwaits
    stored = files.store(proof, actor=actor, at=at)
    row = IndicatorValue.objects.create(
        indicator=indicator,
        year=year,
        revision=of_year.count() + 1,
        value=value,
        source_text=source_text,
        proof=stored,
        entered_by_id=actor.user_id,
        entered_at=at,
    )
    changes = {"indicator": indicator.code, "year": year, "value": value, "source_text": source_text}
    audit.record("indicator_value.entered", actor=actor, subject=row, at=at, changes=changes | stored.evidence())
    _ask_second_person(actor, indicator, row, at)
    return row


@transaction.atomic
def confirm_value(*, actor: Actor, value_id: UUID, version: int | None, at: datetime) -> IndicatorValue:
    """The second person has compared the value with its proof; it takes the place of the year's confirmed one.

    Raises SecondPersonNeeded for whoever entered it, WrongState.
    """
    row = _fetch(actor, value_id, "confirm", version)
    earlier = (
        IndicatorValue.objects.select_for_update()
        .filter(indicator=row.indicator_id, year=row.year, state=IndicatorValue.State.CONFIRMED)
        .first()
    )
    if earlier is not None:
        earlier.supersede(at=at)
        save_change(earlier, actor=actor, action="indicator_value.superseded", at=at, changes={"by": row.id})
    row.confirm(by_id=actor.user_id, at=at)
    changes = {"value": row.value, "year": row.year}
    save_change(row, actor=actor, action="indicator_value.confirmed", at=at, changes=changes)
    return row


@transaction.atomic
def reject_value(*, actor: Actor, value_id: UUID, version: int | None, reason: str, at: datetime) -> IndicatorValue:
    """Send a value back, or take one's own back, with the reason; the year's confirmed one stays."""
    row = _fetch(actor, value_id, "reject", version)
    if actor.user_id is None:
        raise WrongState(state=row.state)
    row.reject(by_id=actor.user_id, reason=reason, at=at)
    save_change(row, actor=actor, action="indicator_value.rejected", at=at, changes={"reason": reason})
    if row.entered_by_id != actor.user_id:
        indicator, year = row.indicator, row.year
        notify(
            user_ids=[row.entered_by_id],
            kind="indicator",
            title=lazy_text(
                lambda: _("指标值被退回：%(name)s（%(year)s 年）") % {"name": indicator.translated_name, "year": year}
            ),
            body=reason,
            url=queries.page_of(indicator),
            at=at,
        )
    return row


def _locked(no: int, year: int) -> PlanIndicator:
    """The indicator's row in the plan of the year."""
    return queries.indicators().select_for_update(of=("self",)).get(pk=queries.indicator(no, year=year).pk)


def _check(indicator: PlanIndicator, year: int, value: Decimal, at: datetime) -> None:
    first, last = indicator.baseline_year + 1, min(indicator.target_year, local_date(at).year)
    if not first <= year <= last:
        message = _("年份应在 %(first)s 至 %(last)s 之间") % {"first": first, "last": last}
        raise YearOutsidePlan(errors=[{"loc": ["year"], "code": "year_outside_plan", "message": message}])
    if fault := rules.value_fault(value, unit=indicator.unit):
        raise ValueUnfit(errors=[{"loc": ["value"], "code": fault, "message": str(FAULTS[fault])}])


def _ask_second_person(actor: Actor, indicator: PlanIndicator, row: IndicatorValue, at: datetime) -> None:
    people = members_with_role(indicator.responsibility.office_id, *policy.STAFF).values_list("id", flat=True)
    notify(
        user_ids=[person for person in people if person != actor.user_id],
        kind="indicator",
        title=lazy_text(
            lambda: _("请复核指标值：%(name)s（%(year)s 年）") % {"name": indicator.translated_name, "year": row.year}
        ),
        body=row.source_text,
        url=queries.page_of(indicator),
        at=at,
    )


def _fetch(actor: Actor, value_id: UUID, verb: str, version: int | None) -> IndicatorValue:
    return policy.values.fetch(
        actor=actor,
        pk=value_id,
        verb=verb,
        lock=True,
        version=version,
        related=("indicator__responsibility", "entered_by"),
    )
