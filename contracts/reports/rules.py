"""Which period a report is of, and what it is called: values in, values out."""

from datetime import date

from contracts.reports.models import Report
from contracts.reports.problems import PeriodInvalid
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR, Period

Kind = Report.Kind
PARTS = {Kind.MONTHLY: 12, Kind.QUARTERLY: 4}


def period_of(kind: str, *, year: int, number: int | None) -> Period:
    """The month or quarter of that number, or the year. Raises PeriodInvalid."""
    parts = PARTS.get(Kind(kind))
    if not FIRST_YEAR <= year <= LAST_YEAR or (number is None) != (parts is None):
        raise PeriodInvalid
    if number is None or parts is None:
        return Period.year(year)
    if not 1 <= number <= parts:
        raise PeriodInvalid
    return Period.month(year, number) if kind == Kind.MONTHLY else Period.quarter(year, number)


def month_before(on: date) -> tuple[int, int]:
    """Year and month of the month before the one that the day lies in."""
    return (on.year - 1, 12) if on.month == 1 else (on.year, on.month - 1)


def year_to_date(period: Period) -> Period:
    """From the first of January to the end of the period."""
    return Period(date(period.last.year, 1, 1), period.last)
