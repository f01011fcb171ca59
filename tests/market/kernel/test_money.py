from decimal import Decimal

import pytest

from market.kernel.money import CurrencyMismatch, Money, in_wan, in_yi, round_half_up


def test_worked_example_5_eighty_three_million_yuan_is_0_83_yi():
    assert in_yi(Decimal("83000000.00")) == Decimal("0.83")
    assert in_wan(Decimal("83000000.00")) == Decimal("8300.00")


@pytest.mark.parametrize(("amount", "rounded"), [("0.125", "0.13"), ("0.135", "0.14"), ("-0.125", "-0.13")])
def test_halves_round_away_from_zero(amount, rounded):
    assert round_half_up(Decimal(amount)) == Decimal(rounded)


def test_money_of_two_currencies_is_not_added():
    with pytest.raises(CurrencyMismatch):
        Money(Decimal("1.00")) + Money(Decimal("1.00"), "EUR")


def test_money_is_summed_before_it_is_rounded():
    parts = [Money(Decimal("0.005"))] * 3

    assert round_half_up(Money.total(parts).amount) == Decimal("0.02")


def test_a_float_is_not_an_amount():
    with pytest.raises(TypeError):
        Money(0.1)
