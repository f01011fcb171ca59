from datetime import UTC, date, datetime

import pytest

from market.kernel.clock import local_date, start_of_day, years_later


def test_the_last_half_hour_of_the_year_in_utc_is_next_year_in_ruijin():
    assert local_date(datetime(2025, 12, 31, 16, 30, tzinfo=UTC)) == date(2026, 1, 1)
    assert local_date(datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2025, 12, 31)


def test_a_day_begins_at_sixteen_hours_utc_of_the_day_before():
    assert start_of_day(date(2026, 1, 1)) == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        local_date(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("on", "years", "found"),
    [
        (date(2026, 3, 31), 3, date(2029, 3, 31)),
        (date(2024, 2, 29), 1, date(2025, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2080, 2, 29), 20, date(2100, 3, 1)),
        (date(2024, 2, 29), -1, date(2023, 2, 28)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
    ],
)
def test_years_later_is_the_same_day_or_the_first_on_which_they_are_over(on, years, found):
    assert years_later(on, years) == found
