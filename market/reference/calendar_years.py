"""The working-day calendar as it is kept: years loaded from the data files or entered by an operator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from market.kernel import audit, outbox
from market.kernel.actor import Actor
from market.kernel.problems import NotAllowed
from market.reference.calendar import UnreadableArrangement, WorkingCalendar, YearArrangement, read_arrangement
from market.reference.events import CalendarYearChanged
from market.reference.models import CalendarYear
from market.reference.problems import ArrangementInvalid


def working_calendar() -> WorkingCalendar:
    """Every year that is known."""
    return WorkingCalendar(tuple(arrangement_of(row) for row in CalendarYear.objects.order_by("year")))


def arrangement_of(row: CalendarYear) -> YearArrangement:
    return read_arrangement(year=row.year, holidays=row.holidays, workdays=row.workdays, source=row.source)


@transaction.atomic
def enter_year(*, actor: Actor, year: int, holidays: str, workdays: str, source: str, at: datetime) -> CalendarYear:
    """Keep the State Council's arrangement of a year; terms that run into it are counted anew.

    Raises NotAllowed unless an operator asks, ArrangementInvalid.
    """
    if not actor.is_operator:
        raise NotAllowed
    try:
        found = read_arrangement(year=year, holidays=holidays, workdays=workdays, source=source)
    except UnreadableArrangement as error:
        raise ArrangementInvalid(str(error)) from error
    row = CalendarYear.objects.select_for_update().filter(year=year).first() or CalendarYear(year=year)
    _keep(row, found, is_entered=True, actor=actor, at=at)
    outbox.publish(CalendarYearChanged(year=year), at=at)
    return row


@transaction.atomic
def load_years(*, actor: Actor, years: Sequence[YearArrangement], at: datetime) -> int:
    """Make the database hold these years, save those that an operator entered; how many changed."""
    if not (actor.is_system or actor.is_operator):
        raise NotAllowed
    present = {row.year: row for row in CalendarYear.objects.select_for_update().order_by("year")}
    changed = 0
    for found in years:
        row = present.get(found.year) or CalendarYear(year=found.year)
        if row.is_entered or _texts(found) == {name: getattr(row, name) for name in _texts(found)}:
            continue
        _keep(row, found, is_entered=False, actor=actor, at=at)
        changed += 1
    if changed:
        outbox.publish(CalendarYearChanged(year=max(found.year for found in years)), at=at)
    return changed


def _keep(row: CalendarYear, found: YearArrangement, *, is_entered: bool, actor: Actor, at: datetime) -> None:
    for name, text in _texts(found).items():
        setattr(row, name, text)
    row.is_entered, row.changed_at = is_entered, at
    row.save()
    audit.record("calendar_year.kept", actor=actor, subject=row, at=at, changes=_texts(found))


def _texts(found: YearArrangement) -> dict[str, Any]:
    return {
        "holidays": "\n".join(str(span) for span in found.holidays),
        "workdays": " ".join(str(day) for day in found.workdays),
        "source": found.source,
    }
