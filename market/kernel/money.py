"""Money: `Decimal` in the currency's main unit, two places stored, never a float.

万元 and 亿元 are for display and for input that says so. Sum first, round last.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models

CENT = Decimal("0.01")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
MAX_AMOUNT = Decimal("10000000000000.00")  # 10^13 yuan, a hundred times the largest known contract


def round_half_up(amount: Decimal, places: int = 2) -> Decimal:
    """Commercial rounding, as the official tables use it."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def in_wan(amount: Decimal, places: int = 2) -> Decimal:
    """Yuan as 万元."""
    return round_half_up(amount / WAN, places)


def in_yi(amount: Decimal, places: int = 2) -> Decimal:
    """Yuan as 亿元: 83 000 000.00 → 0.83 (worked example 5)."""
    return round_half_up(amount / YI, places)


def is_unit_doubtful(known: Decimal, typed: Decimal) -> bool:
    """Whether an amount looks as if 万元 were taken for 元 or the other way round: about 10 000 times another."""
    low, high = sorted((abs(known), abs(typed)))
    return low > 0 and WAN / 2 <= high / low <= WAN * 2


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """Yuan with two places; the sign and the upper bound belong to the column's constraints."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 16)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("validators", [MaxValueValidator(MAX_AMOUNT)])
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, path, args, kwargs
