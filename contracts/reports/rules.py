"""Which period a report is of, and what it is called: values in, values out."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from contracts.reports.models import Report
from contracts.reports.problems import PeriodInvalid
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR, Period

Kind = Report.Kind
PARTS = {Kind.MONTHLY: 12, Kind.QUARTERLY: 4}
WORDS = _("年份应在 %(first)s 至 %(last)s 之间，月报的月份为 1 至 12，季报的季度为 1 至 4")


def period_of(kind: str, *, year: int, number: int | None) -> Period:
    """The month or quarter of that number, or the year. Raises PeriodInvalid."""
    parts = PARTS.get(Kind(kind))
    numbers = (None,) if parts is None else range(1, parts + 1)
    if not FIRST_YEAR <= year <= LAST_YEAR or number not in numbers:
        raise PeriodInvalid(WORDS % {"first": FIRST_YEAR, "last": LAST_YEAR})
    if number is None or parts is None:
        return Period.year(year)
    return Period.month(year, number) if kind == Kind.MONTHLY else Period.quarter(year, number)


def month_before(on: date) -> tuple[int, int]:
    """Year and month of the month before the one that the day lies in."""
    return (on.year - 1, 12) if on.month == 1 else (on.year, on.month - 1)


def year_to_date(period: Period) -> Period:
    """From the first of January to the end of the period."""
    return Period(date(period.last.year, 1, 1), period.last)
