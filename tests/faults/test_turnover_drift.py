"""Case 20: after random operations by many writers with kills, each cell of the sums is the sum of the ledger.

Registering, amending, cancelling, revoking, and correcting with another region, in transactions of 1 to 39 operations;
the writers are killed at random and others go on. The control adds to the sums as a careless program would: it reads a
cell and writes it back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from contracts.turnover import queries, sums, triggers
from contracts.turnover.checks import compare
from contracts.turnover.models import TurnoverEntry, TurnoverSum
from contracts.turnover.rules import Snapshot
from tests.cast import Cast
from tests.faults.writers import SEED, Writers, database_url, template

CARELESS = f"""
CREATE OR REPLACE FUNCTION turnover_sums_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE cell record; found record;
BEGIN
    FOR cell IN
        SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code,
               sum(entry.contract_amount) AS contract, sum(entry.technology_amount) AS technology,
               sum(entry.contracts) AS contracts, count(*) AS entries
        FROM entered entry, {triggers.cells_of("entry", "'{}'")} cells
        WHERE cells.dimension = 'total'
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    LOOP
        SELECT * INTO found FROM turnover_turnoversum kept WHERE (kept.side, kept.dimension, kept.region,
            kept.effective_on, kept.code, kept.slot) = (cell.side, cell.dimension, cell.region, cell.effective_on,
            cell.code, 1);
        IF found IS NULL THEN
            INSERT INTO turnover_turnoversum VALUES (cell.side, cell.dimension, cell.region, cell.effective_on,
                cell.code, 1, cell.contract, cell.technology, cell.contracts, cell.entries) ON CONFLICT DO NOTHING;
        ELSE
            UPDATE turnover_turnoversum kept SET contract_amount = found.contract_amount + cell.contract,
                technology_amount = found.technology_amount + cell.technology,
                contracts = found.contracts + cell.contracts, entries = found.entries + cell.entries
            WHERE (kept.side, kept.dimension, kept.region, kept.effective_on, kept.code, kept.slot) = (cell.side,
                cell.dimension, cell.region, cell.effective_on, cell.code, 1);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
"""  # noqa: S608  names of the facts


@pytest.fixture
def writers(committed_cast: Cast, tmp_path: Path) -> Writers:
    template(committed_cast)
    return Writers(tmp_path, count=8, url=database_url())


@contextmanager
def careless_sums() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('turnover_sums_follow'::regproc)")
        (careful,) = cursor.fetchone() or ("",)
        cursor.execute(CARELESS)
        try:
            yield
        finally:
            cursor.execute(careful)


def drift() -> Decimal:
    """The largest difference between a day's total of the sums and of the ledger, in yuan."""
    kept, ledger = (
        dict(rows.values_list("effective_on").annotate(sum=Sum("contract_amount")))
        for rows in (TurnoverSum.objects.filter(side="output", dimension="total"), TurnoverEntry.objects.all())
    )
    return max(abs(kept.get(day, Decimal(0)) - ledger.get(day, Decimal(0))) for day in kept.keys() | ledger.keys())


def nothing_drifts(writers: Writers, operations: int, kills: int) -> None:
    writers.run(operations, kills=kills)

    found = compare()
    print(  # noqa: T201  the figure of the run
        f"seed {SEED}: {writers.done():,} operations acknowledged, {writers.killed} kills,"
        f" {TurnoverEntry.objects.count():,} entries; {found.count} of {found.cells:,} cells differ, ¥{drift():.2f}"
    )
    assert (found.count, drift()) == (0, Decimal("0.00")), found.differing[:5]
    assert writers.killed == kills
    assert writers.done() >= operations
    told = writers.told()
    assert TurnoverEntry.objects.count() >= sum(line[1] for line in told)
    summed = queries.figure(year=2026, snapshot=Snapshot(up_to_entry=2**62))
    assert queries.figure(year=2026).output == summed.output
    sums.settle()
    assert compare().count == 0


def test_a_few_operations_with_kills_leave_no_cell_that_differs(writers):
    nothing_drifts(writers, 3_000, kills=5)


@pytest.mark.faults
def test_a_million_operations_with_kills_leave_no_cell_that_differs(writers):
    nothing_drifts(writers, 1_000_000, kills=100)


def test_control_sums_that_are_read_and_written_back_drift(writers):
    with careless_sums():
        writers.run(3_000, kills=0)

    assert drift() > 0
    assert any("/total/" in name for name in compare().differing)
    list(sums.rebuild())
    assert (compare().count, drift()) == (0, Decimal("0.00"))
