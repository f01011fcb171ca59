"""The sums beside the ledger: equal in every cell, written without waiting, settled and made anew."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from contracts.registration.facts import Dimension
from contracts.registration.models import RegistrationEvent
from contracts.turnover import queries, services, sums
from contracts.turnover.checks import compare
from contracts.turnover.models import TurnoverEntry, TurnoverSum
from contracts.turnover.rules import Period, Side, Snapshot, Sums
from tests import snapshots
from tests.contracts.registration.desk import amend, revoke
from tests.contracts.standing import run_consumers
from tests.contracts.turnover.conftest import City

YEAR = Period.year(2026)
AT_ONCE = 8
CELLS = 3 + len(sums.KEPT[Side.ABSORPTION])  # of an entry with one party of the home region, one of its province
REGIONS = ("360781", "360100", "360700", "360000", "350000")
EVERYTHING = Snapshot(up_to_entry=2**62)  # a cut that leaves nothing out: the ledger itself is summed


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def busy(cast) -> City:
    """Contracts on two days from two regions, one amended, one revoked."""
    return snapshots.remembered("busy", lambda: tell(cast))


def tell(cast) -> City:
    city = City(cast)
    told = city.registers("1000000.00", "780000.00")
    city.registers("500000.00", seller=cast.other_clerk)
    other = city.registers("0.01", seller=cast.other_clerk)
    amend(told, "1200000.00", "930000.00", on=date(2026, 3, 2))
    revoke(other, on=date(2026, 3, 2))
    run_consumers("turnover.ledger")
    return city


# Equal


def test_the_sums_say_what_the_ledger_says_in_every_dimension_side_and_region(busy):
    for region, by, side in product(REGIONS, Dimension, Side):
        kept, summed = (
            queries.breakdown(YEAR, by=by, side=side, region=region, snapshot=snapshot)
            for snapshot in (Snapshot(), EVERYTHING)
        )
        assert kept == summed, (region, by, side)


def test_breakdowns_that_are_read_together_say_what_each_says_alone(busy):
    for region, side in product(REGIONS, Side):
        together = queries.breakdowns(YEAR, by=tuple(Dimension), side=side, region=region)
        assert together == {
            by: queries.breakdown(YEAR, by=by, side=side, region=region, snapshot=EVERYTHING) for by in Dimension
        }, (region, side)


def test_figure_flows_and_series_are_the_same_from_sums_and_ledger(busy):
    for region in REGIONS:
        kept, summed = (
            queries.figure(period=YEAR, region=region, snapshot=snapshot) for snapshot in (Snapshot(), EVERYTHING)
        )
        assert (kept.output, kept.absorption, kept.intra) == (summed.output, summed.absorption, summed.intra), region
        assert queries.flows(YEAR, region=region) == queries.flows(YEAR, region=region, snapshot=EVERYTHING)
        assert queries.series(region=region) == queries.series(region=region, as_of=date(2027, 1, 1))
    assert queries.figure(period=YEAR, region="360000").intra.contract_amount == Decimal("1700000.00")


def test_each_entry_adds_to_three_totals_and_to_one_cell_of_each_dimension_where_a_party_is_of_the_home_region(city):
    city.registers("1000000.00", "780000.00")

    cells = TurnoverSum.objects.values_list("side", "dimension", "region")
    totals = [("absorption", "total", "360781"), ("intra", "total", "360000"), ("output", "total", "360100")]
    by = sums.KEPT[Side.ABSORPTION]
    assert len(by) == len(Dimension) - 2
    assert sorted(cells) == sorted(totals + [("absorption", str(dimension), "360781") for dimension in by])
    assert set(TurnoverSum.objects.values_list("contract_amount", "technology_amount", "contracts", "entries")) == {
        (Decimal("1000000.00"), Decimal("780000.00"), 1, 1)
    }


def test_what_is_rolled_back_leaves_no_sum(city):
    city.records("1000000.00")
    with transaction.atomic():
        run_consumers("turnover.ledger")
        assert TurnoverSum.objects.count() == CELLS
        transaction.set_rollback(True)

    assert (TurnoverEntry.objects.count(), TurnoverSum.objects.count()) == (0, 0)


def test_the_database_refuses_an_entry_that_is_not_its_event(city):
    city.records("1000000.00")
    event = RegistrationEvent.objects.get()
    facts = {name: getattr(event, source) for name, source in services.TAKEN_OVER.items()}

    for wrong in ({"contract_amount": Decimal("1000000.01")}, {"seller_region": "360781"}, {"contracts": 2}):
        with pytest.raises(IntegrityError, match="equals its registration event"), transaction.atomic():
            TurnoverEntry.objects.create(event=event, **facts | wrong)
    assert (TurnoverEntry.objects.count(), TurnoverSum.objects.count()) == (0, 0)
    TurnoverEntry.objects.create(event=event, **facts)
    assert queries.figure(year=2026).absorption.contract_amount == Decimal("1000000.00")


# The check


def test_the_check_names_a_cell_of_the_sums_that_differs(busy, capsys):
    sql("UPDATE turnover_turnoversum SET contract_amount = contract_amount + 0.01 WHERE dimension = 'ip_type'")

    with pytest.raises(CommandError, match=r"output/ip_type/360781/2026-03-02/\S*: ledger 500000.00, sums 500000.01"):
        call_command("check_turnover", "--json")
    assert json.loads(capsys.readouterr().out)["differing"] == 2


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        ("DELETE FROM turnover_turnoversum WHERE dimension = 'total' AND side = 'absorption'", 1),
        ("UPDATE turnover_turnoversum SET technology_amount = 0 WHERE dimension = 'total' AND side = 'absorption'", 1),
        ("UPDATE turnover_turnoversum SET contracts = 99 WHERE dimension = 'total' AND side = 'absorption'", 1),
        ("UPDATE turnover_turnoversum SET effective_on = '2025-01-01' WHERE dimension = 'total'", 10),
        ("UPDATE turnover_turnoversum SET code = 'gift' WHERE dimension = 'contract_type' AND side = 'output'", 2),
    ],
)
def test_the_check_looks_both_ways_at_every_value(busy, change, cells):
    sql(change)

    assert compare().count == cells


# Slots


def test_eight_writers_add_to_the_same_cells_without_waiting_for_each_other(committed_cast):
    """Each holds its transaction open until all have added: with one row to each cell, they could only follow on."""
    city = City(committed_cast)
    for _ in range(AT_ONCE):
        city.records("1000000.00")
    events = list(RegistrationEvent.objects.values_list("id", flat=True))
    all_added = threading.Barrier(AT_ONCE)
    connection.close()  # the pool has eight

    def write(event_id: object) -> None:
        try:
            with transaction.atomic():
                services.enter_event(event_id=event_id)
                all_added.wait(timeout=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(write, event_id) for event_id in events]:
            done.result()

    assert queries.figure(year=2026).absorption == Sums(Decimal("8000000.00"), Decimal("8000000.00"), 8)
    assert TurnoverSum.objects.values("slot").distinct().count() == AT_ONCE
    assert compare().count == 0


def test_settling_gathers_the_slots_and_changes_no_sum(committed_cast):
    city = City(committed_cast)
    city.registers("1000000.00")
    before = queries.figure(year=2026)

    assert sums.settle() == CELLS
    city.registers("500000.00")
    assert queries.figure(year=2026).absorption.contract_amount == Decimal("1500000.00")
    assert sums.settle() == CELLS

    assert set(TurnoverSum.objects.values_list("slot", flat=True)) == {0}
    assert before.absorption.contract_amount == Decimal("1000000.00")
    assert (compare().count, sums.settle()) == (0, 0)


# Anew


def test_another_home_region_is_broken_down_once_its_cells_are_complete(busy, settings):
    def broken_down() -> set[str]:
        return set(TurnoverSum.objects.exclude(dimension="total").values_list("region", flat=True))

    def agree() -> None:
        for by, side in product(Dimension, Side):
            kept, summed = (
                queries.breakdown(YEAR, by=by, side=side, snapshot=snapshot) for snapshot in (Snapshot(), EVERYTHING)
            )
            assert kept == summed, (by, side)

    assert (broken_down(), sums.is_broken_down("360781")) == ({"360781"}, True)
    settings.HOME_REGION = "360100"
    assert not sums.is_broken_down("360100")
    agree()

    months = sums.rebuild()
    next(months)
    assert not sums.is_broken_down("360100")
    assert not sums.is_broken_down("360781")
    agree()
    list(months)

    assert (broken_down(), sums.is_broken_down("360100"), compare().count) == ({"360100"}, True, 0)
    agree()
    busy.registers("1.00")
    assert (broken_down(), compare().count) == ({"360100"}, 0)
    agree()
    settings.HOME_REGION = "360000"
    list(sums.rebuild())
    assert (broken_down(), compare().count) == ({"360100", "360781"}, 0)
    assert (sums.is_broken_down("360781"), sums.is_broken_down("350000")) == (True, False)
    agree()


def test_the_sums_are_made_anew_from_nothing_and_from_what_is_wrong(busy, capsys):
    before = sorted(TurnoverSum.objects.values_list("side", "dimension", "region", "code", "contract_amount"))
    cells = compare().cells
    sql("UPDATE turnover_turnoversum SET contract_amount = 7, effective_on = '2019-05-01'")
    assert compare().count > 0

    call_command("rebuild_turnover", "--json")

    found = json.loads(capsys.readouterr().out)
    assert (found["months"], compare().count, compare().cells) == (2, 0, cells)
    assert sorted(TurnoverSum.objects.values_list("side", "dimension", "region", "code", "contract_amount")) == before
    sql("DELETE FROM turnover_turnoversum")
    assert [count for _month, count in sums.rebuild()] == [len(before)]
    assert compare().count == 0


def test_a_rebuild_waits_for_the_writer_in_between_and_counts_its_entry_once(committed_cast):
    """The writer's entry is neither in the ledger that the rebuild reads nor lost from the sums that it writes."""
    city = City(committed_cast)
    city.registers("1000000.00")
    city.records("500000.00")
    done = threading.Event()

    def anew() -> None:
        try:
            list(sums.rebuild())
            done.set()
        finally:
            connection.close()

    rebuilder = threading.Thread(target=anew)
    with transaction.atomic():
        run_consumers("turnover.ledger")
        rebuilder.start()
        assert not done.wait(0.3)
    rebuilder.join()

    assert queries.figure(year=2026).absorption.contract_amount == Decimal("1500000.00")
    assert compare().count == 0
