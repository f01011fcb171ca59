"""The plan's path and how a value stands against it, with the plan's own numbers."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.monitoring import rules
from contracts.monitoring.rules import Span, Status

TURNOVER = {"baseline_year": 2020, "baseline": "0.83", "target_year": 2025, "target": "8.0"}


def test_the_turnovers_path_is_the_straight_growth_from_0_83_to_8():
    path = {year: rules.plain(span.low) for year, span in rules.path(**TURNOVER).items()}

    assert path == {2020: "0.83", 2021: "1.3058", 2022: "2.0544", 2023: "3.2321", 2024: "5.085", 2025: "8"}


def test_a_range_that_the_plan_adds_to_the_baseline_keeps_both_ends():
    assert rules.target_span("17", "新增4-6") == Span(Decimal(21), Decimal(23))
    path = rules.path(baseline_year=2020, baseline="17", target_year=2025, target="新增4-6")
    assert path[2020] == Span(Decimal(17), Decimal(17))
    assert path[2025] == Span(Decimal(21), Decimal(23))
    assert (rules.plain(path[2023].low), rules.plain(path[2023].high)) == ("19.2979", "20.3806")


@pytest.mark.parametrize("text", ["新增若干", "", "4-6", "新增-6"])
def test_a_target_that_is_neither_number_nor_range_is_refused(text):
    with pytest.raises(ValueError, match="not a target"):
        rules.target_span("17", text)


@pytest.mark.parametrize("baseline", ["0", "-1"])
def test_nothing_grows_at_a_constant_rate_from_zero(baseline):
    with pytest.raises(ValueError, match="positive baseline"):
        rules.path(**TURNOVER | {"baseline": baseline})


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("3.2321", Status.BELOW),  # the path is 3.23212…, and what is not reached is not reached
        ("3.2322", Status.ON_PATH),
        ("3.10", Status.BELOW),  # worked example 6: 4.09 % below
        ("2.04", Status.BELOW),  # 1.21 of the 2.40 that the path asks for since 2020
        ("2.03", Status.FAR_BELOW),
        ("0.50", Status.FAR_BELOW),
        ("9", Status.ON_PATH),
    ],
)
def test_a_value_is_on_the_path_below_it_or_far_below_when_less_than_half_of_the_growth_came(value, status):
    planned = rules.path(**TURNOVER)[2023]

    assert rules.judge(Decimal(value), baseline=Decimal("0.83"), planned=planned) == status


def test_without_a_value_or_without_a_promise_there_is_no_judgement():
    planned = rules.path(**TURNOVER)[2023]

    assert rules.judge(None, baseline=Decimal("0.83"), planned=planned) == Status.NO_VALUE
    assert rules.judge(Decimal(9), baseline=Decimal("0.83"), planned=None) == Status.NO_VALUE


def test_the_lower_end_of_a_range_is_enough():
    target = rules.target_span("17", "新增4-6")

    assert rules.judge(Decimal(21), baseline=Decimal(17), planned=target) == Status.ON_PATH
    assert rules.missing(Decimal(20), target) == Decimal(1)
    assert rules.missing(Decimal(22), target) == Decimal(0)


@pytest.mark.parametrize(
    ("value", "unit", "fault"),
    [
        ("34", "家", ""),
        ("34.5", "家", "value_not_whole"),
        ("17.25", "个", "value_not_whole"),
        ("2.01", "%", ""),
        ("100", "%", ""),
        ("100.01", "%", "value_above_hundred"),
        ("0.97", "件", ""),
        ("-0.01", "件", "value_negative"),
        ("NaN", "件", "value_negative"),
    ],
)
def test_a_value_fits_its_unit(value, unit, fault):
    assert rules.value_fault(Decimal(value), unit=unit) == fault


def test_ninety_days_after_the_year_is_the_31st_of_march():
    assert rules.due_on(2025, 90) == date(2026, 3, 31)
    assert rules.due_on(2023, 90) == date(2024, 3, 30)  # a leap year


@pytest.mark.parametrize(
    ("value", "text"), [("8.0", "8"), ("100", "100"), ("0", "0"), ("2.05", "2.05"), ("1.30577", "1.3058"), (None, "—")]
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert rules.plain(None if value is None else Decimal(value)) == text
