"""Working days in China, make-up days (调休) included, and the terms counted in them.

Each November the State Council publishes next year's arrangement, which is entered then (`services.enter_year`). Until
it is, a term that runs into the year is counted provisionally: weekends, and the days that the law itself fixes by
date, are off. An arrangement may still turn the last weekend days of the year before into working days, as those of
2005 and 2006 did.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

Unit = Literal["day", "working_day"]

# 全国年节及纪念日放假办法, article 2: those of its days that need no lunar calendar.
FIXED_BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
LONGEST_HOLIDAY_DAYS = 16  # the longest so far had ten
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off from the first to the last, weekends between them included."""

    name: str
    first_on: date
    last_on: date

    def __str__(self) -> str:
        return f"{self.name} {self.first_on} {self.last_on}"


@dataclass(frozen=True, slots=True)
class YearArrangement:
    """What the State Council announced for one year, and where that can be read."""

    year: int
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]
    source: str


class Due(NamedTuple):
    """The last day of a term; provisional while the arrangement of a year that it runs into is not known."""

    on: date
    is_provisional: bool


class UnreadableArrangement(ValueError):
    """The text holds no arrangement; says which part."""


@dataclass(frozen=True)
class WorkingCalendar:
    """The arrangements that are known."""

    years: tuple[YearArrangement, ...]

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(row.year for row in self.years)

    @cached_property
    def _off(self) -> frozenset[date]:
        spans = [holiday for row in self.years for holiday in row.holidays]
        return frozenset(day for span in spans for day in _days(span))

    @cached_property
    def _worked(self) -> frozenset[date]:
        return frozenset(day for row in self.years for day in row.workdays)

    def knows(self, year: int) -> bool:
        return year in self._known

    def is_working_day(self, on: date) -> bool:
        """True on an ordinary weekday and on a weekend day that makes up for a holiday."""
        if on in self._worked:
            return True
        if on.weekday() >= _SATURDAY or on in self._off:
            return False
        return self.knows(on.year) or (on.month, on.day) not in FIXED_BY_LAW

    def add_working_days(self, start: date, count: int) -> date:
        """The last of `count` working days after `start`, which is not counted itself."""
        if count < 0:
            raise ValueError("a term runs forward")
        on = start
        while count:
            on += timedelta(days=1)
            count -= self.is_working_day(on)
        return on

    def working_days_between(self, start: date, end: date) -> int:
        """The working days after `start` up to `end`, which is counted; negative when `end` is earlier.

        The inverse of `add_working_days`: `working_days_between(start, add_working_days(start, n)) == n`.
        """
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + timedelta(days=day)) for day in range(1, (end - start).days + 1))

    def due(self, start: date, *, count: int, unit: Unit) -> Due:
        """The last day of a term that begins on the day after `start` (worked example 9 of the domain reference)."""
        if unit == "working_day":
            on = self.add_working_days(start, count)
            return Due(on, not all(self.knows(year) for year in range(start.year, on.year + 1)))
        if count < 0:
            raise ValueError("a term runs forward")
        return Due(start + timedelta(days=count), is_provisional=False)


def read_arrangement(*, year: int, holidays: str, workdays: str, source: str) -> YearArrangement:
    """The arrangement in the texts: a line or `;` for each holiday as `name first last`, dates apart for workdays.

    Raises UnreadableArrangement, in words for whoever typed it.
    """
    lines = [line.strip() for line in re.split(r"[;；\n]", holidays) if line.strip()]
    found = YearArrangement(
        year,
        tuple(sorted((_read_holiday(line) for line in lines), key=lambda span: span.first_on)),
        tuple(sorted({_read_date(word) for word in re.split(r"[\s,，、;；]+", workdays) if word})),
        " ".join(source.split()),
    )
    for fault in _faults(found):
        raise UnreadableArrangement(fault)
    return found


def _read_holiday(line: str) -> Holiday:
    words = line.split()
    if len(words) != 3:
        raise UnreadableArrangement(_("每个节日一行：名称 起始日 截止日（%(line)s）") % {"line": line[:80]})
    return Holiday(words[0][:40], _read_date(words[1]), _read_date(words[2]))


def _read_date(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise UnreadableArrangement(_("日期应写作 2027-01-01（%(word)s）") % {"word": word[:40]}) from error


def _faults(found: YearArrangement) -> Iterable[str]:
    """What no arrangement says. New Year's holiday, and a day that makes up for it, may lie in the December before."""
    first, last = date(found.year - 1, 12, 20), date(found.year, 12, 31)
    if not found.source:
        yield _("请写明安排的出处")
    if not found.holidays:
        yield _("请写明各节日的放假起止日期")
    for span in found.holidays:
        if (
            not first <= span.first_on <= span.last_on <= last
            or (span.last_on - span.first_on).days >= LONGEST_HOLIDAY_DAYS
        ):
            yield _("放假日期不在该年度，或起止颠倒、过长（%(span)s）") % {"span": span}
    off = {day for span in found.holidays for day in _days(span)}
    if len(off) != sum((span.last_on - span.first_on).days + 1 for span in found.holidays):
        yield _("放假日期有重叠")
    for day in found.workdays:
        if not first <= day <= last or day.weekday() < _SATURDAY or day in off:
            yield _("上班日应是该年度放假日之外的周六或周日（%(day)s）") % {"day": day}


def _days(span: Holiday) -> list[date]:
    return [span.first_on + timedelta(days=day) for day in range((span.last_on - span.first_on).days + 1)]
