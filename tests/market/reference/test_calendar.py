"""Working days: worked example 9 of the domain reference, and the published arrangements."""

from datetime import date, timedelta

import pytest
from holidays.countries.china import ChinaStaticHolidays
from hypothesis import given
from hypothesis import strategies as st

from market.reference.calendar import (
    PUBLISHED_YEARS,
    add_working_days,
    due_on,
    is_working_day,
    working_days_between,
)
from market.reference.problems import CalendarUnknown

ACCEPTED_9 = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("count", "unit", "due"),
    [
        (30, "day", date(2026, 4, 1)),
        (15, "working_day", date(2026, 3, 23)),
        (30, "working_day", date(2026, 4, 14)),
    ],
)
def test_9_the_terms_of_an_application_accepted_on_2_march_2026(count, unit, due):
    assert due_on(ACCEPTED_9, count=count, unit=unit) == due


def test_9_the_day_of_tomb_sweeping_is_what_moves_the_longer_term():
    assert is_working_day(date(2026, 4, 6)) is False
    assert working_days_between(ACCEPTED_9, date(2026, 4, 13)) == 29


@pytest.mark.parametrize(
    "on",
    [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)],
)
def test_a_weekend_day_that_makes_up_for_a_holiday_is_worked(on):
    assert on.weekday() >= 5
    assert is_working_day(on) is True


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (date(2026, 1, 1), 3),
        (date(2026, 2, 15), 9),
        (date(2026, 4, 4), 3),
        (date(2026, 5, 1), 5),
        (date(2026, 10, 1), 7),
    ],
)
def test_the_holidays_of_2026_are_off_from_end_to_end(first, days):
    off = [first + timedelta(days=day) for day in range(days)]

    assert [day for day in off if is_working_day(day)] == []
    assert is_working_day(off[-1] + timedelta(days=1)) is True


def test_an_ordinary_week_has_five_working_days():
    monday = date(2026, 3, 9)

    assert [is_working_day(monday + timedelta(days=day)) for day in range(7)] == [True] * 5 + [False] * 2


@pytest.mark.parametrize("on", [date(2027, 1, 4), date(2000, 12, 29)])
def test_a_year_without_a_published_arrangement_is_unknown(on):
    with pytest.raises(CalendarUnknown) as refused:
        is_working_day(on)

    assert refused.value.data == {"year": on.year}


def test_a_term_that_runs_into_an_unpublished_year_is_unknown_in_working_days_only():
    with pytest.raises(CalendarUnknown):
        due_on(date(2026, 12, 20), count=15, unit="working_day")

    assert due_on(date(2026, 12, 20), count=15, unit="day") == date(2027, 1, 4)


@pytest.mark.parametrize("unit", ["day", "working_day"])
def test_a_term_never_runs_backward(unit):
    with pytest.raises(ValueError, match="forward"):
        due_on(ACCEPTED_9, count=-1, unit=unit)


def test_a_term_of_no_days_ends_where_it_begins():
    assert add_working_days(date(2026, 2, 17), 0) == date(2026, 2, 17)


@given(st.dates(date(2001, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_counting_back_gives_the_count(start, count):
    end = add_working_days(start, count)

    assert is_working_day(end)
    assert working_days_between(start, end) == count
    assert working_days_between(end, start) == -count


def test_the_published_years_are_those_the_library_has_arrangements_for():
    """Fails when a release brings the next year, which is then to be added to PUBLISHED_YEARS."""
    assert sorted(ChinaStaticHolidays.special_public_holidays) == list(PUBLISHED_YEARS)
