"""Case 16: the server's clock jumps, and each contract counts on the registry's date in Asia/Shanghai all the same.

Instants around the ends of quarters, a leap day and midnight, up to an hour before or after, in no order; what was
written last may have become known first. What the schedules do at such a clock: test_clock_schedules.py.
"""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from contracts.turnover import queries
from contracts.turnover.checks import compare
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import Period
from market.kernel.clock import RUIJIN
from tests.contracts.turnover.conftest import City

SEED = 20261127
# The first instant of a quarter or a day, in Greenwich: eight hours before the date's own midnight there.
EDGES = [datetime(year, month, 1, tzinfo=UTC) - timedelta(hours=8) for year in (2024, 2025) for month in (1, 4, 7, 10)]
EDGES += [datetime(2024, 2, 29, tzinfo=UTC) - timedelta(hours=8), datetime(2024, 3, 1, tzinfo=UTC) - timedelta(hours=8)]


@pytest.mark.parametrize("jumps", [12, pytest.param(200, marks=pytest.mark.faults)])
def test_each_contract_counts_in_the_quarter_of_the_registrys_date(cast, jumps):
    city, chance = City(cast), random.Random(SEED)  # noqa: S311  a seed, not a secret
    expected: Counter[tuple[int, int]] = Counter()
    misfiled = 0  # the control: how many the server's own date would put into another quarter
    for number in range(jumps):
        at = chance.choice(EDGES) + timedelta(microseconds=chance.choice((-1, 0, 1, 3_600_000_000, -3_600_000_000)))
        on = at.astimezone(RUIJIN).date()
        expected[on.year, (on.month + 2) // 3] += 1
        misfiled += (at.year, (at.month + 2) // 3) != (on.year, (on.month + 2) // 3)
        city.registers("1000000.00", at=at, seller=cast.other_clerk)
        assert TurnoverEntry.objects.order_by("-id")[0].effective_on == on, (number, at)

    found = {
        (year, quarter): queries.figure(period=Period.quarter(year, quarter)).contracts
        for year in (2023, 2024, 2025)
        for quarter in (1, 2, 3, 4)
    }
    assert {cell: count for cell, count in found.items() if count} == expected
    assert compare().count == 0
    print(f"seed {SEED}: {jumps} jumps, 0 misfiled; by the server's date {misfiled} would be")  # noqa: T201
    assert misfiled > jumps // 10


def test_a_clock_set_back_takes_nothing_out_of_what_was_written(cast):
    """Known before by the clock, written later: both stand in the figure, each in its own year."""
    city, midnight = City(cast), datetime(2025, 12, 31, 16, tzinfo=UTC)
    city.registers("1000000.00", at=midnight, seller=cast.other_clerk)
    city.registers("500000.00", at=midnight - timedelta(hours=1), seller=cast.other_clerk)

    assert list(TurnoverEntry.objects.order_by("id").values_list("effective_on", flat=True)) == [
        date(2026, 1, 1),
        date(2025, 12, 31),
    ]
    assert queries.figure(year=2025).contract_amount == Decimal("500000.00")
    assert queries.figure(year=2026).contract_amount == Decimal("1000000.00")
