"""Working days: worked example 9 of the domain reference, and the published arrangements."""

from datetime import date, timedelta

import holidays
import pytest
from holidays.countries.china import ChinaStaticHolidays
from hypothesis import given
from hypothesis import strategies as st

from market.reference import files
from market.reference.calendar import (
    Due,
    UnreadableArrangement,
    WorkingCalendar,
    read_arrangement,
)

CALENDAR = WorkingCalendar(tuple(files.read_years()))
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
    assert CALENDAR.due(ACCEPTED_9, count=count, unit=unit) == Due(due, is_provisional=False)


def test_9_the_day_of_tomb_sweeping_is_what_moves_the_longer_term():
    assert CALENDAR.is_working_day(date(2026, 4, 6)) is False
    assert CALENDAR.working_days_between(ACCEPTED_9, date(2026, 4, 13)) == 29


@pytest.mark.parametrize(
    "on",
    [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)],
)
def test_a_weekend_day_that_makes_up_for_a_holiday_is_worked(on):
    assert on.weekday() >= 5
    assert CALENDAR.is_working_day(on) is True


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

    assert [day for day in off if CALENDAR.is_working_day(day)] == []
    assert CALENDAR.is_working_day(off[-1] + timedelta(days=1)) is True


def test_an_ordinary_week_has_five_working_days():
    monday = date(2026, 3, 9)

    assert [CALENDAR.is_working_day(monday + timedelta(days=day)) for day in range(7)] == [True] * 5 + [False] * 2


def test_a_term_that_runs_into_an_unpublished_year_is_counted_provisionally_in_working_days_only():
    before, after = date(2026, 12, 10), date(2026, 12, 11)

    assert CALENDAR.due(before, count=15, unit="working_day") == Due(date(2026, 12, 31), is_provisional=False)
    assert CALENDAR.due(after, count=15, unit="working_day") == Due(date(2027, 1, 4), is_provisional=True)
    assert CALENDAR.due(after, count=30, unit="day") == Due(date(2027, 1, 10), is_provisional=False)


@pytest.mark.parametrize("on", [date(2027, 2, 8), date(2027, 6, 9), date(2031, 5, 6)])
def test_an_unpublished_year_has_its_weekends_off_and_what_the_law_fixes_by_date(on):
    new_year, may, october = date(on.year, 1, 1), date(on.year, 5, 1), date(on.year, 10, 2)

    assert CALENDAR.is_working_day(on) is True  # a holiday by the moon, or by an arrangement nobody knows yet
    assert [CALENDAR.is_working_day(day) for day in (new_year, may, october)] == [False] * 3


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2025, 1, 24), 15, date(2025, 2, 20)),
        (date(2025, 9, 26), 15, date(2025, 10, 23)),
        (date(2026, 1, 30), 15, date(2026, 2, 27)),
        (date(2026, 2, 13), 15, date(2026, 3, 12)),
        (date(2026, 4, 23), 15, date(2026, 5, 18)),
        (date(2026, 9, 18), 15, date(2026, 10, 15)),
        (date(2026, 9, 18), 30, date(2026, 11, 5)),
        (date(2026, 11, 30), 15, date(2026, 12, 21)),
    ],
)
def test_terms_across_the_arrangements_of_2025_and_2026(start, count, due):
    assert CALENDAR.add_working_days(start, count) == due


def test_an_arrangement_that_becomes_known_moves_the_last_days_of_the_year_before():
    found = read_arrangement(
        year=2027, holidays="元旦 2026-12-31 2027-01-02", workdays="2026-12-26", source="例示，尚无公布"
    )
    later = WorkingCalendar((*CALENDAR.years, found))

    assert later.is_working_day(date(2026, 12, 26)) is True
    assert later.due(date(2026, 12, 11), count=15, unit="working_day") == Due(date(2027, 1, 4), is_provisional=False)


@pytest.mark.parametrize(
    ("holidays", "workdays", "source"),
    [
        ("", "", "通知"),
        ("元旦 2027-01-01 2027-01-03", "", " "),
        ("元旦 2027-01-01", "", "通知"),
        ("元旦 2027-01-03 2027-01-01", "", "通知"),
        ("元旦 2026-01-01 2026-01-03", "", "通知"),
        ("元旦 2027-01-01 2027-01-03; 新年 2027-01-03 2027-01-04", "", "通知"),
        ("元旦 2027-01-01 2027-02-28", "", "通知"),
        ("元旦 2027-01-01 2027-01-03", "2027-01-04", "通知"),
        ("元旦 2027-01-01 2027-01-03", "2027-01-02", "通知"),
        ("元旦 2027-01-01 2027-01-03", "明天", "通知"),
    ],
)
def test_what_is_no_arrangement_is_refused(holidays, workdays, source):
    with pytest.raises(UnreadableArrangement):
        read_arrangement(year=2027, holidays=holidays, workdays=workdays, source=source)


@pytest.mark.parametrize("unit", ["day", "working_day"])
def test_a_term_never_runs_backward(unit):
    with pytest.raises(ValueError, match="forward"):
        CALENDAR.due(ACCEPTED_9, count=-1, unit=unit)


def test_a_term_of_no_days_ends_where_it_begins():
    assert CALENDAR.add_working_days(date(2026, 2, 17), 0) == date(2026, 2, 17)


@given(st.dates(date(2001, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_counting_back_gives_the_count(start, count):
    end = CALENDAR.add_working_days(start, count)

    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(start, end) == count
    assert CALENDAR.working_days_between(end, start) == -count


def test_the_loaded_years_are_those_that_were_published():
    """The library's arrangements, gathered by others from the notices: a second pair of eyes on every day."""
    years = [row.year for row in CALENDAR.years]
    others = holidays.country_holidays("CN", years=years, expand=False)
    days = [
        date(years[0], 1, 1) + timedelta(days=day)
        for day in range((date(years[-1], 12, 31) - date(years[0], 1, 1)).days)
    ]

    assert sorted(ChinaStaticHolidays.special_public_holidays)[: len(years)] == years
    assert [day for day in days if CALENDAR.is_working_day(day) != others.is_working_day(day)] == []
    assert all(row.source for row in CALENDAR.years)
