"""Working days in China, make-up days (调休) included, and the terms counted in them.

Each November the State Council publishes next year's arrangement. `holidays` knows the published ones and guesses
the others without saying so; PUBLISHED_YEARS therefore decides what may be counted at all, and grows by a year when
a release of `holidays` carries the next arrangement. That arrangement may still turn the last weekend days of the year
before into working days, as those of 2005 and 2006 did.
"""

from datetime import date, timedelta
from functools import cache
from typing import Literal

import holidays

from market.reference.problems import CalendarUnknown

PUBLISHED_YEARS = range(2001, 2027)

Unit = Literal["day", "working_day"]


@cache
def _china() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=PUBLISHED_YEARS, expand=False)


def is_working_day(on: date) -> bool:
    """True on an ordinary weekday and on a weekend day that makes up for a holiday. Raises CalendarUnknown."""
    if on.year not in PUBLISHED_YEARS:
        raise CalendarUnknown(year=on.year)
    return _china().is_working_day(on)


def add_working_days(start: date, count: int) -> date:
    """The last of `count` working days after `start`, which is not counted itself. Raises CalendarUnknown."""
    if count < 0:
        raise ValueError("a term runs forward")
    on = start
    while count:
        on += timedelta(days=1)
        count -= is_working_day(on)
    return on


def working_days_between(start: date, end: date) -> int:
    """The working days after `start` up to `end`, which is counted; negative when `end` is earlier.

    The inverse of `add_working_days`: `working_days_between(start, add_working_days(start, n)) == n`.
    Raises CalendarUnknown.
    """
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=day)) for day in range(1, (end - start).days + 1))


def due_on(start: date, *, count: int, unit: Unit) -> date:
    """The last day of a term that begins on the day after `start` (worked example 9 of the domain reference).

    Raises CalendarUnknown for working days of a year not yet published; calendar days never do.
    """
    if unit == "working_day":
        return add_working_days(start, count)
    if count < 0:
        raise ValueError("a term runs forward")
    return start + timedelta(days=count)
