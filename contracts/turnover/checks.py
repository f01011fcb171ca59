"""The ledger must equal the registry's events, and the sums the ledger: every cell, both ways, and every line."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear
from psycopg import sql

from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry, TurnoverSum
from contracts.turnover.rules import Side
from contracts.turnover.services import TAKEN_OVER
from contracts.turnover.sums import KEPT, OWN_REGION

NAMED = 100  # cells of one dimension that are told by name; the count is of all
CELL = ("year", "kind", "seller_region", "buyer_region", "contract_type")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cells looked at, how many differ, and in words which: of sums from the ledger, of it from events, and lines."""

    cells: int
    count: int
    differing: list[str]


def compare() -> Comparison:
    """Events and ledger by year, kind, regions and type, and line by line, since two errors of one cell may cancel out.

    Then every cell of the sums, by side, dimension, region, day and code.
    """
    events = _cells(RegistrationEvent.objects.all())
    entries = _cells(TurnoverEntry.objects.all())
    keys = events.keys() | entries.keys()
    differing = [
        f"{'/'.join(map(str, key))}: events {events.get(key)}, ledger {entries.get(key)}"
        for key in sorted(keys, key=str)
        if events.get(key) != entries.get(key)
    ]
    differing += _differing_lines()
    kept = [_differing_sums(side, TurnoverSum.TOTAL) for side in Side]
    kept += [_differing_sums(side, by) for side in KEPT for by in KEPT[side]]
    return Comparison(
        cells=len(keys) + sum(cells for cells, _count, _named in kept),
        count=len(differing) + sum(count for _cells, count, _named in kept),
        differing=differing + [name for _cells, _count, named in kept for name in named],
    )


# The smallest region that both parties lie in; none where that is the country, or one of them is abroad.
COMMON_REGION = """CASE
    WHEN seller_region = buyer_region THEN nullif(seller_region, '')
    WHEN left(seller_region, 4) = left(buyer_region, 4) THEN left(seller_region, 4) || '00'
    WHEN left(seller_region, 2) = left(buyer_region, 2) THEN left(seller_region, 2) || '0000'
END"""
# One statement sees one state of ledger and sums, so entries that arrive meanwhile are in both or in neither.
SUMS_AGAINST_LEDGER = """
    WITH ledger AS (
        SELECT {region} AS region, effective_on, {code} AS code, sum(contract_amount) AS contract,
               sum(technology_amount) AS technology, sum(contracts) AS contracts, count(*) AS entries
        FROM turnover_turnoverentry WHERE {kept} GROUP BY 1, 2, 3
    ), kept AS (
        SELECT region, effective_on, code, sum(contract_amount) AS contract,
               sum(technology_amount) AS technology, sum(contracts) AS contracts, sum(entries) AS entries
        FROM turnover_turnoversum WHERE side = %s AND dimension = %s GROUP BY 1, 2, 3
    ), cells AS (
        SELECT region, effective_on, code, ledger.contract AS contract, kept.contract AS sum,
               (ledger.contract, ledger.technology, ledger.contracts, ledger.entries)
               IS DISTINCT FROM (kept.contract, kept.technology, kept.contracts, kept.entries) AS differs
        FROM ledger FULL JOIN kept USING (region, effective_on, code)
    )
    SELECT count(*), count(*) FILTER (WHERE differs),
           (array_agg(concat_ws('/', region, effective_on, code) || ': ledger ' || coalesce(contract::text, 'None')
                || ', sums ' || coalesce(sum::text, 'None')) FILTER (WHERE differs))[:%s]
    FROM cells
"""


def _differing_sums(side: Side, dimension: str) -> tuple[int, int, list[str]]:
    """Cells of one side and dimension, how many differ from the ledger, and the first of them in words."""
    own = OWN_REGION.get(side)
    region = sql.SQL(COMMON_REGION) if own is None else sql.Identifier(own)
    is_total = dimension == TurnoverSum.TOTAL
    code = sql.Literal("") if is_total else sql.Identifier(str(dimension))
    kept = sql.SQL("{region} IS NOT NULL" if is_total else "{region} LIKE ANY ((SELECT turnover_prefixes())::text[])")
    statement = sql.SQL(SUMS_AGAINST_LEDGER).format(region=region, code=code, kept=kept.format(region=region))
    with connection.cursor() as cursor:
        cursor.execute(statement, [side.value, str(dimension), NAMED])
        cells, count, named = cursor.fetchone() or (0, 0, None)
    return cells, count, [f"{side}/{dimension}/{name}" for name in sorted(named or [])]


def _differing_lines() -> list[str]:
    same = Q(**{name: F(f"event__{source}") for name, source in TAKEN_OVER.items()})
    lines = TurnoverEntry.objects.exclude(same).select_related("event").order_by("id")
    return [
        f"line {line.pk}: event {getattr(line.event, source)}, ledger {getattr(line, name)} ({name})"
        for line in lines
        for name, source in TAKEN_OVER.items()
        if getattr(line, name) != getattr(line.event, source)
    ]


def _cells(rows: QuerySet[Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    grouped = (
        rows.annotate(year=ExtractYear("effective_on"))
        .values(*CELL)
        .annotate(contract=Sum("contract_amount"), technology=Sum("technology_amount"), count=Count("id"))
    )
    return {tuple(row[name] for name in CELL): (row["contract"], row["technology"], row["count"]) for row in grouped}
