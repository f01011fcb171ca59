"""The arithmetic of the figure: values in, values out (domain reference 2, worked examples 3 to 7)."""

from calendar import monthrange
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar

from market.kernel.clock import start_of_day, years_later
from market.kernel.money import YI, round_half_up

ZERO = Decimal("0.00")
FIRST_YEAR, LAST_YEAR = 1985, 2100  # that a figure is told of
Code = TypeVar("Code", bound=Hashable)
FEWEST_CONTRACTS = 3  # behind anything that a reader who sees none of them is told apart from the city's totals


@dataclass(frozen=True, slots=True)
class Sums:
    """Both amounts in yuan and the number of contracts behind them; each may be negative where corrections prevail."""

    contract_amount: Decimal = ZERO
    technology_amount: Decimal = ZERO
    contracts: int = 0

    @property
    def average(self) -> Decimal | None:
        """Contract amount per contract, in yuan; None where no contract was counted."""
        return round_half_up(self.contract_amount / self.contracts) if self.contracts > 0 else None

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """From what `told` wrote."""
        return cls(Decimal(told["contract_amount"]), Decimal(told["technology_amount"]), told["contracts"])

    def as_dict(self) -> dict[str, Any]:
        """As the wire, reports and evidence have them: yuan as decimal strings with two places."""
        return {
            "contract_amount": f"{self.contract_amount:.2f}",
            "technology_amount": f"{self.technology_amount:.2f}",
            "contracts": self.contracts,
        }

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            self.contract_amount - other.contract_amount,
            self.technology_amount - other.technology_amount,
            self.contracts - other.contracts,
        )

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.contract_amount + other.contract_amount,
            self.technology_amount + other.technology_amount,
            self.contracts + other.contracts,
        )


def total(parts: Iterable[Sums]) -> Sums:
    """The sum of sums."""
    result = Sums()
    for part in parts:
        result += part
    return result


def withheld(cells: Mapping[Code, Sums], group: Callable[[Code], Hashable] = lambda code: None) -> frozenset[Code]:
    """The cells that are not told apart, so that no sum of fewer than FEWEST_CONTRACTS can be had by subtraction.

    Of each group the total is public. First go the cells with fewer contracts, those that hold only changes of earlier
    contracts too; then the smallest of the others, until what is left of the total has enough contracts (primary and
    secondary suppression). A cell has at least its net count of contracts; what adds up to nothing tells nothing.
    """
    groups: dict[Hashable, dict[Code, Sums]] = {}
    for code, sums in cells.items():
        if sums != Sums():
            groups.setdefault(group(code), {})[code] = sums
    return frozenset().union(*(_withheld(members) for members in groups.values()))


def _withheld(cells: Mapping[Code, Sums]) -> set[Code]:
    by_size = sorted(cells, key=lambda code: (cells[code].contracts, str(code)))
    hidden = {code for code in by_size if cells[code].contracts < FEWEST_CONTRACTS}
    for code in by_size:
        if not hidden or total(cells[each] for each in hidden).contracts >= FEWEST_CONTRACTS:
            break
        hidden.add(code)
    return hidden


class Side(StrEnum):
    """Whose contracts count: the city's sellers' (输出), its buyers' (吸纳), or those with both in it."""

    OUTPUT = "output"
    ABSORPTION = "absorption"
    INTRA = "intra"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the registry's date, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it begins")

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        return cls(cls.month(year, 3 * quarter - 2).first, cls.month(year, 3 * quarter).last)

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    @property
    def is_year(self) -> bool:
        return self == Period.year(self.first.year)

    def year_before(self) -> "Period":
        """The same days of the year before; the end of a month stays the end of that month, leap years included."""
        ends_month = (self.last + timedelta(days=1)).day == 1
        last = Period.month(self.last.year - 1, self.last.month).last
        return Period(years_later(self.first, -1), last if ends_month else years_later(self.last, -1))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What of the ledger is looked at; with both None, everything that is known now.

    `known_before`: an instant; what became known at it or later is left out. `up_to_entry`: an entry's id; entries
    with a larger one are left out, whatever the clock said when they were written.
    """

    known_before: datetime | None = None
    up_to_entry: int | None = None

    @classmethod
    def at_end_of(cls, day: date | None) -> Self:
        """What was known at the end of a day in Asia/Shanghai; everything for None."""
        return cls() if day is None else cls(known_before=start_of_day(day + timedelta(days=1)))

    @property
    def is_whole(self) -> bool:
        return self.known_before is None and self.up_to_entry is None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the city's assessment counts: a side, and `contract_amount` or `technology_amount`."""

    side: Side = Side.OUTPUT
    amount: str = "contract_amount"

    def of(self, sums: Sums) -> Decimal:
        """The amount that counts, in yuan, of the sums of the side that counts."""
        return sums.contract_amount if self.amount == "contract_amount" else sums.technology_amount


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan's promise for the figure, in yuan by year; `path` is the straight growth between its two facts."""

    baseline_year: int
    baseline: Decimal
    target_year: int
    target: Decimal

    @property
    def path(self) -> dict[int, Decimal]:
        """Yuan by year at constant yearly growth: 0.83 → 8.0 亿元 gives 1.3058, 2.0544, 3.2321, 5.0850."""
        years = self.target_year - self.baseline_year
        with localcontext() as context:
            context.prec = 40
            growth = (self.target / self.baseline) ** (Decimal(1) / years)
            return {self.baseline_year + step: round_half_up(self.baseline * growth**step) for step in range(years + 1)}


class Span(Protocol):
    """What a plan or a row of one promises for: the years after its baseline, up to its target."""

    @property
    def baseline_year(self) -> int: ...
    @property
    def target_year(self) -> int: ...


AnySpan = TypeVar("AnySpan", bound=Span)


def covering(spans: Iterable[AnySpan], year: int) -> AnySpan | None:
    """The one that promises something for a year, the newest of several; else the one it begins with, or the nearest.

    The last year of a plan is that plan's, though the next one counts from it.
    """
    ranked = sorted(spans, key=lambda span: (span.baseline_year, span.target_year), reverse=True)
    promising = (span for span in ranked if span.baseline_year < year <= span.target_year)
    begun = (span for span in ranked if span.baseline_year <= year)
    return next(promising, None) or next(begun, None) or (ranked[-1] if ranked else None)


def region_prefix(region: str) -> str:
    """What the codes inside a GB/T 2260 region begin with: 360781 itself, 3607 for 360700, 36 for 360000."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region


def change_percent(now: Decimal, before: Decimal | None) -> Decimal | None:
    """Growth in percent with two places; None where there was nothing before, never infinity (worked example 6)."""
    if not before:
        return None
    return round_half_up((now - before) / before * 100)


def share_percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in percent of its whole, with two places; None where the whole is nothing."""
    return round_half_up(part / whole * 100) if whole else None


def yuan(hundred_millions: str) -> Decimal:
    """A figure printed in 亿元 as yuan."""
    return round_half_up(Decimal(hundred_millions) * YI)
