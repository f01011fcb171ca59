"""The figure of any period, in parts, between regions, and as of a cut of the ledger."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection, transaction

from contracts.registration.facts import Dimension
from contracts.turnover import queries, services
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.queries import Flow, Part
from contracts.turnover.rules import Period, Side, Snapshot, Sums, share_percent
from tests.cast import MONDAY
from tests.contracts.standing import run_consumers
from tests.contracts.turnover.conftest import City

YEAR = Period.year(2026)
NOTHING = Sums(Decimal("0.00"), Decimal("0.00"), 0)


def sums(contract: str, technology: str, contracts: int) -> Sums:
    return Sums(Decimal(contract), Decimal(technology), contracts)


# Periods


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.year(2026), date(2026, 1, 1), date(2026, 12, 31)),
        (Period.quarter(2026, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (Period.quarter(2026, 3), date(2026, 7, 1), date(2026, 9, 30)),
        (Period.month(2024, 2), date(2024, 2, 1), date(2024, 2, 29)),
        (Period.month(2026, 11), date(2026, 11, 1), date(2026, 11, 30)),
        (Period.month(2025, 2).year_before(), date(2024, 2, 1), date(2024, 2, 29)),
        (Period.month(2024, 2).year_before(), date(2023, 2, 1), date(2023, 2, 28)),
        (Period(date(2024, 2, 29), date(2024, 3, 5)).year_before(), date(2023, 2, 28), date(2023, 3, 5)),
        (Period.year(2024).year_before(), date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_a_period_has_a_first_and_a_last_day_and_the_same_days_a_year_before(period, first, last):
    assert (period.first, period.last) == (first, last)


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="ends before it begins"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


def test_quarters_and_months_hold_what_was_registered_on_their_days_and_no_plan(city, cast):
    city.registers("1000000.00", seller=cast.other_clerk)  # 2026-03-02
    city.registers("200000.00", at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC), seller=cast.other_clerk)
    city.registers("30000.00", at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC), seller=cast.other_clerk)  # 1 April there

    def amount(period: Period) -> Decimal:
        return queries.figure(period=period).contract_amount

    assert amount(Period.quarter(2026, 1)) == Decimal("1200000.00")
    assert amount(Period.quarter(2026, 2)) == amount(Period.month(2026, 4)) == Decimal("30000.00")
    assert amount(YEAR) == Decimal("1230000.00")
    assert queries.figure(period=Period.quarter(2023, 1)).planned is None
    assert str(queries.figure(period=Period.year(2023)).planned) == "323210327.40"


# Averages and shares


def test_the_average_is_rounded_last_and_is_no_number_where_nothing_was_counted():
    assert sums("1000000.00", "0.00", 3).average == Decimal("333333.33")
    assert sums("0.05", "0.00", 2).average == Decimal("0.03")
    assert sums("-5.00", "0.00", 0).average is None


def test_a_share_is_told_in_percent_and_of_nothing_there_is_none():
    assert share_percent(Decimal("1.00"), Decimal("3.00")) == Decimal("33.33")
    assert share_percent(Decimal("1.00"), Decimal("0.00")) is None


# Parts


@pytest.fixture
def three(city, cast) -> City:
    """2025: 100 000 within the city. 2026: 1 000 000 (780 000) from Nanchang, 500 000 within the city in June."""
    city.registers("100000.00", at=datetime(2025, 6, 2, 2, tzinfo=UTC), seller=cast.other_clerk)
    city.registers("1000000.00", "780000.00")
    city.registers("500000.00", at=datetime(2026, 6, 1, 2, tzinfo=UTC), seller=cast.other_clerk)
    return city


HALF, BEFORE, BOTH = (
    sums("500000.00", "500000.00", 1),
    sums("100000.00", "100000.00", 1),
    sums("1500000.00", "1280000.00", 2),
)
NANCHANG = sums("1000000.00", "780000.00", 1)


@pytest.mark.parametrize(
    ("by", "side", "parts"),
    [
        (Dimension.CONTRACT_TYPE, Side.OUTPUT, [Part("development", HALF, BEFORE)]),
        (Dimension.CONTRACT_TYPE, Side.ABSORPTION, [Part("development", BOTH, BEFORE)]),
        (Dimension.MONTH, Side.ABSORPTION, [Part("03", NANCHANG, NOTHING), Part("06", HALF, BEFORE)]),
        (
            Dimension.SELLER_REGION,
            Side.ABSORPTION,
            [Part("360100", NANCHANG, NOTHING), Part("360781", HALF, BEFORE)],
        ),
        (Dimension.BUYER_REGION, Side.OUTPUT, [Part("360781", HALF, BEFORE)]),
        (Dimension.SELLER_REGION, Side.INTRA, [Part("360781", HALF, BEFORE)]),
    ],
)
def test_a_breakdown_names_each_part_beside_the_same_part_a_year_before(three, by, side, parts):
    assert queries.breakdown(YEAR, by=by, side=side) == parts


def test_a_part_that_only_the_year_before_had_is_named_with_nothing(three):
    assert queries.breakdown(Period.year(2027), by=Dimension.CONTRACT_TYPE) == [Part("development", NOTHING, HALF)]


def test_broker_university_and_size_are_those_of_the_deal_the_seller_and_the_buyer(city, cast):
    cast.enterprise.scale = "medium"
    cast.enterprise.save()
    city.registers("1000000.00", "780000.00")
    city.registers("500000.00", seller=cast.other_clerk)

    def parts(by: Dimension) -> dict[str, Sums]:
        return {part.code: part.sums for part in queries.breakdown(YEAR, by=by, side=Side.ABSORPTION)}

    assert parts(Dimension.UNIVERSITY) == {str(cast.university.id): NANCHANG, "": HALF}
    assert parts(Dimension.BROKER) == {str(cast.agency.id): BOTH}
    assert parts(Dimension.SIZE_CLASS) == {"medium": BOTH}


def test_the_parts_of_every_dimension_and_side_add_up_to_the_figure(three):
    figure = queries.figure(period=YEAR)
    for by, side in product(Dimension, Side):
        total = NOTHING
        for part in queries.breakdown(YEAR, by=by, side=side):
            total += part.sums
        assert total == getattr(figure, side.value), (by, side)


def test_flows_name_each_pair_of_regions_of_which_one_is_the_citys(three):
    assert queries.flows(YEAR) == [Flow("360100", "360781", NANCHANG), Flow("360781", "360781", HALF)]
    assert queries.flows(YEAR, region="360100") == [Flow("360100", "360781", NANCHANG)]
    assert queries.flows(YEAR, region="350000") == []


# Cuts


def test_a_cut_by_time_leaves_out_what_became_known_at_it_or_later(city, cast):
    city.registers("1000000.00", seller=cast.other_clerk)
    city.registers("500000.00", at=MONDAY + timedelta(days=1), seller=cast.other_clerk)

    def known(before: datetime) -> Decimal:
        return queries.figure(year=2026, snapshot=Snapshot(known_before=before)).contract_amount

    assert known(MONDAY) == Decimal("0.00")
    assert known(MONDAY + timedelta(microseconds=1)) == known(MONDAY + timedelta(days=1)) == Decimal("1000000.00")
    assert known(MONDAY + timedelta(days=2)) == Decimal("1500000.00")


def test_a_cut_by_entry_holds_when_the_clock_is_set_back(city, cast):
    """The second contract is written after the cut with a time before the first one's: by time it would slip in."""
    city.registers("1000000.00", seller=cast.other_clerk)
    with transaction.atomic():
        snapshot = Snapshot(up_to_entry=queries.last_entry())
    city.registers("500000.00", at=MONDAY - timedelta(hours=1), seller=cast.other_clerk)

    assert queries.figure(year=2026, snapshot=snapshot).contract_amount == Decimal("1000000.00")
    assert [part.sums for part in queries.breakdown(YEAR, by=Dimension.MONTH, snapshot=snapshot)] == [
        sums("1000000.00", "1000000.00", 1)
    ]
    assert [flow.sums.contracts for flow in queries.flows(YEAR, snapshot=snapshot)] == [1]
    assert queries.figure(year=2026, snapshot=Snapshot(known_before=MONDAY + timedelta(seconds=1))).contracts == 2


def test_the_last_entry_is_nothing_in_an_empty_ledger(db):
    assert queries.last_entry() == 0


def test_the_last_entry_waits_for_a_half_written_one_and_holds_later_ones_back(committed_cast):
    """Without the lock a writer with a smaller id could still commit after the cut was taken."""
    city = City(committed_cast)
    city.records("1000000.00")
    begun, told, snapshots = threading.Event(), threading.Event(), []

    def snapshot() -> None:
        try:
            begun.wait()
            with transaction.atomic():
                snapshots.append(queries.last_entry())
                told.set()
        finally:
            connection.close()

    reader = threading.Thread(target=snapshot)
    reader.start()
    with transaction.atomic():
        run_consumers("turnover.ledger")
        begun.set()
        assert not told.wait(0.3)
    reader.join()

    assert snapshots == [TurnoverEntry.objects.get().pk]


def test_a_cut_is_only_taken_inside_a_transaction(committed_cast):
    with pytest.raises(transaction.TransactionManagementError):
        queries.last_entry()


def test_every_fact_of_an_entry_comes_from_its_event():
    assert {by.value for by in Dimension} - {"month"} <= set(services.TAKEN_OVER)
