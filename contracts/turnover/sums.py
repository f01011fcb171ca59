"""The sums beside the ledger: how they are read, settled and made anew.

The database itself adds each entry to its cells, in the entry's transaction (triggers.py). A writer adds in a slot
that no other transaction holds, so writers never wait for each other's total of today; a cell is the sum over its
slots. Slot 0 is nobody's: what is settled lies there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth, Left, TruncMonth

from contracts.registration.facts import Dimension
from contracts.turnover import rules, triggers
from contracts.turnover.models import BrokenDownRegion, TurnoverEntry, TurnoverSum
from contracts.turnover.rules import Period, Side, Sums

SLOTS = 16
SLOT_LOCKS = 1953854062  # the class of the advisory locks that the database's function turnover_slot() takes
SUMMED = {"contract": Sum("contract_amount"), "technology": Sum("technology_amount"), "count": Sum("contracts")}
# Totals are kept of every region and side; within a BrokenDownRegion the other party's region too, and each dimension.
OWN_REGION = {Side.OUTPUT: Dimension.SELLER_REGION, Side.ABSORPTION: Dimension.BUYER_REGION}
OTHER_REGION = {Side.OUTPUT: Dimension.BUYER_REGION, Side.ABSORPTION: Dimension.SELLER_REGION}
KEPT = {side: tuple(by for by in Dimension if by not in (own, Dimension.MONTH)) for side, own in OWN_REGION.items()}


def in_region(field: str, region: str) -> Q:
    """Codes that lie in a GB/T 2260 region; a range, so that an index serves it under any collation."""
    prefix = rules.region_prefix(region)
    if len(prefix) == 6:
        return Q(**{field: prefix})
    return Q(**{f"{field}__gte": prefix.ljust(6, "0"), f"{field}__lte": prefix.ljust(6, "9")})


def as_sums(row: Mapping[str, Any]) -> Sums:
    return Sums(row["contract"] or rules.ZERO, row["technology"] or rules.ZERO, row["count"] or 0)


def figures(period: Period, region: str) -> dict[Side, Sums]:
    """All three sides of a period and region, in one statement."""
    rows = totals(list(Side), region).filter(effective_on__range=(period.first, period.last))
    found = {Side(row["side"]): as_sums(row) for row in rows.values("side").annotate(**SUMMED)}
    return {side: found.get(side, Sums()) for side in Side}


def is_broken_down(region: str) -> bool:
    """Whether the sums of a region are kept by dimension."""
    prefix = rules.region_prefix(region)
    within = [prefix[:size] for size in (2, 4, 6)]
    return BrokenDownRegion.objects.filter(prefix__in=within, is_complete=True).exists()


def totals(sides: Collection[Side], region: str) -> QuerySet[TurnoverSum]:
    """The totals' rows of every day."""
    names = [side.value for side in sides]
    return TurnoverSum.objects.filter(in_region("region", region), side__in=names, dimension=TurnoverSum.TOTAL)


def parts(period: Period, by: Dimension, side: Side, region: str) -> dict[str, Sums] | None:
    """The sums by code; None where they are not kept, so that the ledger has to be summed. Months: `parts_beside`."""
    where = _cells(by, side, region)
    if where is None:
        return None
    rows, code = where
    return {row["key"]: as_sums(row) for row in _of(rows, period).values(key=F(code)).annotate(**SUMMED)}


def parts_beside(
    periods: tuple[Period, Period], by: Collection[Dimension], side: Side, region: str
) -> dict[Dimension, tuple[dict[str, Sums], dict[str, Sums]]]:
    """The sums by code of two periods: the months in one statement, and dimensions that lie in the same rows in one."""
    together = {str(dimension): dimension for dimension in by if dimension in KEPT.get(side, ())}
    found: dict[Dimension, tuple[dict[str, Sums], dict[str, Sums]]] = {}
    if Dimension.MONTH in by:
        found[Dimension.MONTH] = {}, {}
        months = totals([side], region).annotate(month=ExtractMonth("effective_on"))
        for row, beside in _beside(periods, months, "month"):
            _put(found[Dimension.MONTH], f"{row['month']:02d}", beside)
    if len(together) < 2 or not is_broken_down(region):
        return found
    found |= {dimension: ({}, {}) for dimension in together.values()}
    rows = TurnoverSum.objects.filter(in_region("region", region), side=side.value, dimension__in=together)
    for row, beside in _beside(periods, rows, "dimension", "code"):
        _put(found[together[row["dimension"]]], row["code"], beside)
    return found


def _beside(
    periods: tuple[Period, Period], rows: QuerySet[TurnoverSum], *columns: str
) -> Iterator[tuple[dict[str, Any], list[Sums]]]:
    """Each combination of the columns with its sums in both periods."""
    within = [Q(effective_on__range=(period.first, period.last)) for period in periods]
    counted = {"contract": "contract_amount", "technology": "technology_amount", "count": "contracts"}
    summed = {f"{name}_{n}": Sum(column, filter=within[n]) for n in (0, 1) for name, column in counted.items()}
    grouped: QuerySet[Any] = rows.filter(within[0] | within[1]).values(*columns).annotate(**summed)
    for row in grouped:
        yield row, [as_sums({name: row[f"{name}_{n}"] for name in counted}) for n in (0, 1)]


def _put(found: tuple[dict[str, Sums], dict[str, Sums]], code: str, beside: Sequence[Sums]) -> None:
    for n in (0, 1):
        found[n][code] = beside[n]


def by_region(period: Period, side: Side, size: int) -> dict[str, Decimal]:
    """Contract amount of every region, by the first `size` digits of its code; parties abroad have none."""
    rows = TurnoverSum.objects.filter(
        side=side.value, dimension=TurnoverSum.TOTAL, effective_on__range=(period.first, period.last)
    ).exclude(region="")
    found = rows.annotate(prefix=Left("region", size)).values("prefix").annotate(amount=Sum("contract_amount"))
    return {row["prefix"]: row["amount"] for row in found}


def flows(period: Period, region: str) -> dict[tuple[str, str], Sums] | None:
    """By region of the seller and of the buyer, where one of them lies in the region; None where they are not kept."""
    if not is_broken_down(region):
        return None
    found = {}
    for side in OTHER_REGION:
        rows = _of(_rows(side, OTHER_REGION[side], region), period).values("region", "code").annotate(**SUMMED)
        for row in rows:
            pair = (row["region"], row["code"])
            found[pair if side == Side.OUTPUT else pair[::-1]] = as_sums(row)
    return found


def _cells(by: Dimension, side: Side, region: str) -> tuple[Q, str] | None:
    """Which rows make a breakdown, and what column of them its code is."""
    if by == OWN_REGION.get(side):
        return _rows(side, TurnoverSum.TOTAL, region), "region"
    if not is_broken_down(region):
        return None
    if side == Side.INTRA:
        column = {Dimension.SELLER_REGION: "region", Dimension.BUYER_REGION: "code"}.get(by)
        return None if column is None else (_within(region), column)
    return _rows(side, by, region), "code"


def _rows(side: Side, dimension: str, region: str) -> Q:
    return Q(side=side.value, dimension=str(dimension)) & in_region("region", region)


def _within(region: str) -> Q:
    """Both parties in a region that is broken down."""
    return _rows(Side.OUTPUT, Dimension.BUYER_REGION, region) & in_region("code", region)


def _of(rows: Q, period: Period) -> QuerySet[TurnoverSum]:
    return TurnoverSum.objects.filter(rows, effective_on__range=(period.first, period.last))


def settle() -> int:
    """Gather what lies in the writers' slots into slot 0, so that a year is read from few rows; returns how many moved.

    Slot by slot, each in a transaction of its own; a writer who finds its slot held takes another.
    """
    moved = 0
    for slot in range(1, SLOTS + 1):
        with transaction.atomic(), connection.cursor() as cursor:
            _hold(cursor, 0, slot)
            cursor.execute(
                """
                WITH gone AS (DELETE FROM turnover_turnoversum WHERE slot = %s RETURNING *)
                INSERT INTO turnover_turnoversum AS kept (side, dimension, region, effective_on, code, slot,
                    contract_amount, technology_amount, contracts, entries)
                SELECT side, dimension, region, effective_on, code, 0, contract_amount, technology_amount, contracts,
                       entries FROM gone ORDER BY side, dimension, region, effective_on, code
                ON CONFLICT (side, dimension, region, effective_on, code, slot) DO UPDATE SET
                    contract_amount = kept.contract_amount + excluded.contract_amount,
                    technology_amount = kept.technology_amount + excluded.technology_amount,
                    contracts = kept.contracts + excluded.contracts,
                    entries = kept.entries + excluded.entries
                """,
                [slot],
            )
            moved += cursor.rowcount
    return moved


def rebuild() -> Iterator[tuple[date, int]]:
    """Make the sums anew from the ledger, month by month; yields each month and how many cells it has.

    A month is one transaction, in which no writer is between its entry and its sums; they wait as long as it lasts.
    Whenever it is stopped, each month is as it was or anew, and running it again does all. The region that is broken
    down becomes HOME_REGION; where that has changed, nothing reads its cells before the last month has them. Cells are
    written in the order of their key, so that a month of one kind lies on few pages.
    """
    home = settings.HOME_REGION
    with transaction.atomic(), connection.cursor() as cursor:
        _hold(cursor, *range(SLOTS + 1))
        BrokenDownRegion.objects.exclude(region=home).delete()
        BrokenDownRegion.objects.get_or_create(
            region=home, defaults={"prefix": rules.region_prefix(home), "is_complete": False}
        )
    for first in _months():
        period = Period.month(first.year, first.month)
        with transaction.atomic(), connection.cursor() as cursor:
            _hold(cursor, *range(SLOTS + 1))
            days = [period.first, period.last]
            cursor.execute("DELETE FROM turnover_turnoversum WHERE effective_on BETWEEN %s AND %s", days)
            cursor.execute(
                f"""
                INSERT INTO turnover_turnoversum (side, dimension, region, effective_on, code, slot,
                    contract_amount, technology_amount, contracts, entries)
                SELECT cells.side, cells.dimension, cells.region, entry.effective_on, cells.code, 0,
                       sum(entry.contract_amount), sum(entry.technology_amount), sum(entry.contracts), count(*)
                FROM turnover_turnoverentry entry,
                     {triggers.cells_of("entry", "(SELECT turnover_prefixes())")} cells
                WHERE entry.effective_on BETWEEN %s AND %s
                GROUP BY 1, 2, 3, 4, 5
                ORDER BY 1, 2, 3, 4, 5
                """,  # noqa: S608  names of the facts
                days,
            )
            count = cursor.rowcount
        yield first, count
    BrokenDownRegion.objects.filter(region=home).update(is_complete=True)


def _months() -> list[date]:
    """The first days of every month that the ledger or the sums know."""
    found: set[date] = set()
    for table in (TurnoverEntry, TurnoverSum):
        rows = table._default_manager.annotate(month=TruncMonth("effective_on"))
        found |= set(rows.values_list("month", flat=True).distinct())
    return sorted(found)


def _hold(cursor: Any, *slots: int) -> None:
    """Wait until no transaction has the slots, and keep them until ours ends; in their order, so that none blocks."""
    for slot in slots:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SLOT_LOCKS, slot])
