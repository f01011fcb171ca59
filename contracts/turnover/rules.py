"""The arithmetic of the figure: values in, values out (domain reference 2, worked examples 3 to 7)."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from market.kernel.money import YI, round_half_up

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Sums:
    """Both amounts in yuan and the number of contracts behind them."""

    contract_amount: Decimal = ZERO
    technology_amount: Decimal = ZERO
    contracts: int = 0


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


def yuan(hundred_millions: str) -> Decimal:
    """A figure printed in 亿元 as yuan."""
    return round_half_up(Decimal(hundred_millions) * YI)
