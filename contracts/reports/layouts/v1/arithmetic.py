"""Growth, share, average and rounding of the first layout: sums are taken first and rounded last, half up."""

from decimal import ROUND_HALF_UP, Decimal

from contracts.reports.layouts.values import Sums

CENT = Decimal("0.01")
YI = Decimal(100_000_000)


def rounded(number: Decimal) -> Decimal:
    return number.quantize(CENT, rounding=ROUND_HALF_UP)


def in_yi(yuan: Decimal) -> Decimal:
    """Yuan as 亿元."""
    return rounded(yuan / YI)


def change_percent(now: Decimal, before: Decimal) -> Decimal | None:
    """Growth in percent; None where there was nothing before, never infinity."""
    return rounded((now - before) / before * 100) if before else None


def share_percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in percent of its whole; None where the whole is nothing."""
    return rounded(part / whole * 100) if whole else None


def average(sums: Sums) -> Decimal | None:
    """Contract amount per contract, in yuan; None where no contract was counted."""
    return rounded(sums.contract_amount / sums.contracts) if sums.contracts > 0 else None
