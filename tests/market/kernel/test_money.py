from decimal import Decimal

import pytest

from market.kernel.money import in_wan, in_yi, round_half_up


def test_worked_example_5_eighty_three_million_yuan_is_0_83_yi():
    assert in_yi(Decimal("83000000.00")) == Decimal("0.83")
    assert in_wan(Decimal("83000000.00")) == Decimal("8300.00")


@pytest.mark.parametrize(("amount", "rounded"), [("0.125", "0.13"), ("0.135", "0.14"), ("-0.125", "-0.13")])
def test_halves_round_away_from_zero(amount, rounded):
    assert round_half_up(Decimal(amount)) == Decimal(rounded)
