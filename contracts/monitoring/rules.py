"""The arithmetic of the plan's eight rows (table 2-1): values in, values out."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from market.kernel.money import round_half_up

PLACES = 10
# Of the growth that the path asks for. The plan does not say from where on a gap is large; this line is ours.
FAR_BELOW_SHARE = Decimal("0.5")
COUNTED = frozenset({"家", "个"})
PERCENT = "%"
ADDED_RANGE = re.compile(r"新增\s*(\d+)\s*[-–—~～至]\s*(\d+)")


class Status(StrEnum):
    """How a year's value stands against the path."""

    ON_PATH = "on_path"
    BELOW = "below"
    FAR_BELOW = "far_below"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: `low` must be reached; `high` differs only where the plan names a range."""

    low: Decimal
    high: Decimal

    @property
    def is_range(self) -> bool:
        return self.low != self.high


def target_span(baseline: str, target: str) -> Span:
    """The target as printed: "8.0" is 8.0; "新增4-6" on a baseline of 17 is 21 to 23.

    Raises ValueError for a text that is neither.
    """
    if found := ADDED_RANGE.fullmatch(target.strip()):
        return Span(Decimal(baseline) + int(found[1]), Decimal(baseline) + int(found[2]))
    try:
        number = Decimal(target)
    except ArithmeticError as error:
        raise ValueError(f"not a target: {target}") from error
    return Span(number, number)


def path(*, baseline_year: int, baseline: str, target_year: int, target: str) -> dict[int, Span]:
    """What each year asks for, from the baseline's to the target's: straight constant growth between the two facts.

    The plan names only the two ends; a range keeps both, so between the ends it is a band. Raises ValueError.
    """
    start, end = Decimal(baseline), target_span(baseline, target)
    years = target_year - baseline_year
    if start <= 0 or years <= 0:
        raise ValueError("constant growth needs a positive baseline and a later target")

    def grown(to: Decimal, step: int) -> Decimal:
        if step == years:
            return to
        with localcontext() as context:
            context.prec = 40
            growth = (to / start) ** (Decimal(1) / years)
            return round_half_up(start * growth**step, PLACES)

    return {baseline_year + step: Span(grown(end.low, step), grown(end.high, step)) for step in range(years + 1)}


def judge(value: Decimal | None, *, baseline: Decimal, planned: Span | None) -> Status:
    """On the path, below it, or far below: less than half of the growth that the path asks for since the baseline."""
    if value is None or planned is None:
        return Status.NO_VALUE
    if value >= planned.low:
        return Status.ON_PATH
    reached = (value - baseline) / (planned.low - baseline)
    return Status.BELOW if reached >= FAR_BELOW_SHARE else Status.FAR_BELOW


def missing(value: Decimal | None, planned: Span | None) -> Decimal | None:
    """What is still missing to what is asked for; zero when it is reached, None when there is no value or no path."""
    if value is None or planned is None:
        return None
    return max(planned.low - value, Decimal(0))


def due_on(year: int, due_days: int) -> date:
    """The last day on which the value of a year is in time."""
    return date(year, 12, 31) + timedelta(days=due_days)


def value_fault(value: Decimal, *, unit: str) -> str:
    """The code of what is wrong with a value for the unit, or empty: countable things come whole, shares up to 100."""
    if not value.is_finite() or value < 0:
        return "value_negative"
    if unit in COUNTED and value != value.to_integral_value():
        return "value_not_whole"
    if unit == PERCENT and value > 100:
        return "value_above_hundred"
    return ""


def plain(value: Decimal | None, places: int = 4) -> str:
    """A number as people write it, at most `places` behind the point and no zeros at the end; a dash for none."""
    if value is None:
        return "—"
    text = f"{round_half_up(value, places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
