"""The figure and what is behind it, in full; what of it a reader is told says `disclosure`.

The lines open as the policy says.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, F, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Cast, ExtractMonth, ExtractYear, LPad

from contracts.registration.facts import Dimension
from contracts.turnover import policy, rules, sums
from contracts.turnover.models import Assessment, PlanIndicator, TurnoverEntry
from contracts.turnover.rules import Period, Side, Snapshot, Sums
from contracts.turnover.services import CODES, TURNOVER_NO
from contracts.turnover.sums import SUMMED, as_sums
from market.kernel.actor import Actor
from market.kernel.problems import NotFound

ALL = Snapshot()
NOTHING = Sums()


@dataclass(frozen=True, slots=True)
class Figure:
    """技术合同成交额 of a year and region: what the city's parties sold (输出), and bought (吸纳), as known at a time.

    `contract_amount` and its neighbours are output, the count that the city's assessment uses by default.
    """

    period: rules.Period
    region: str
    as_of: date | None
    output: Sums
    absorption: Sums
    intra: Sums
    plan: rules.Plan | None
    counts: rules.Counts

    @property
    def year(self) -> int:
        """The year that the period begins in."""
        return self.period.first.year

    @property
    def contract_amount(self) -> Decimal:
        return self.output.contract_amount

    @property
    def technology_amount(self) -> Decimal:
        return self.output.technology_amount

    @property
    def contracts(self) -> int:
        return self.output.contracts

    @property
    def counted(self) -> Decimal:
        """Yuan that the city's assessment counts; the plan is measured with it."""
        sums: Sums = getattr(self, self.counts.side)
        return self.counts.of(sums)

    @property
    def planned(self) -> Decimal | None:
        """Yuan that the plan promised for the period; it promises years, and nothing for a part of one."""
        return self.plan.path.get(self.year) if self.plan and self.period.is_year else None

    @property
    def against_plan_percent(self) -> Decimal | None:
        """How far above or below the path, in percent (worked example 6: 3.10 against 3.2321 is −4.09)."""
        return rules.change_percent(self.counted, self.planned)


def figure(
    *,
    year: int | None = None,
    period: Period | None = None,
    region: str = "",
    as_of: date | None = None,
    snapshot: Snapshot = ALL,
) -> Figure:
    """The figure of a year or another period; with `as_of`, as it was known at the end of that day in Asia/Shanghai."""
    if period is None:
        if year is None:
            raise ValueError("a figure needs a year or a period")
        period = Period.year(year)
    region = region or settings.HOME_REGION
    found = sides(period, region=region, snapshot=_snapshot(as_of, snapshot))
    return Figure(
        period=period,
        region=region,
        as_of=as_of,
        output=found[Side.OUTPUT],
        absorption=found[Side.ABSORPTION],
        intra=found[Side.INTRA],
        plan=plan(period.first.year),
        counts=counts_on(period.last),
    )


def sides(period: Period, *, region: str, snapshot: Snapshot = ALL) -> dict[Side, Sums]:
    """Output, absorption and what stays within, without anything to measure them by."""
    if snapshot.is_whole:
        return sums.figures(period, region)
    rows = _within(period, snapshot)
    return {side: as_sums(rows.filter(on_side(side, region)).aggregate(**SUMMED)) for side in Side}


@dataclass(frozen=True, slots=True)
class Part:
    """A cell of a breakdown: its code, its sums, and the sums of the same cell a year before."""

    code: str
    sums: Sums
    before: Sums


@dataclass(frozen=True, slots=True)
class Flow:
    """What the sellers of one region sold to the buyers of another."""

    seller_region: str
    buyer_region: str
    sums: Sums


def breakdown(
    period: Period, *, by: Dimension, side: Side = Side.OUTPUT, region: str = "", snapshot: Snapshot = ALL
) -> list[Part]:
    """The figure in parts, sorted by code; a code that only the year before has is there with nothing now.

    A month's code is its two digits, so that it stands beside the same month of the year before.
    """
    return breakdowns(period, by=(by,), side=side, region=region, snapshot=snapshot)[by]


def breakdowns(
    period: Period, *, by: Collection[Dimension], side: Side = Side.OUTPUT, region: str = "", snapshot: Snapshot = ALL
) -> dict[Dimension, list[Part]]:
    """Several breakdowns of one period; what is kept side by side is read with one statement."""
    region = region or settings.HOME_REGION
    periods = (period, period.year_before())
    kept = sums.parts_beside(periods, by, side, region) if snapshot.is_whole else {}
    found = {}
    for each in by:
        now, before = kept.get(each) or (_parts(within, each, side, region, snapshot) for within in periods)
        codes = sorted(now.keys() | before.keys())
        found[each] = [Part(code, now.get(code, NOTHING), before.get(code, NOTHING)) for code in codes]
    return found


def flows(period: Period, *, region: str = "", snapshot: Snapshot = ALL) -> list[Flow]:
    """Every pair of regions of which one lies in the region, sorted."""
    region = region or settings.HOME_REGION
    found = sums.flows(period, region) if snapshot.is_whole else None
    if found is None:
        rows = _within(period, snapshot).filter(on_side(Side.OUTPUT, region) | on_side(Side.ABSORPTION, region))
        pairs = rows.values("seller_region", "buyer_region").annotate(**SUMMED)
        found = {(row["seller_region"], row["buyer_region"]): as_sums(row) for row in pairs}
    return [Flow(*pair, found[pair]) for pair in sorted(found)]


def first_day() -> date | None:
    """The day on which the first entry takes effect; None where there is none."""
    found: date | None = TurnoverEntry.objects.aggregate(first=Min("effective_on"))["first"]
    return found


def last_entry() -> int:
    """The id of the newest entry, for `Cut.up_to_entry`; 0 where there is none. Inside the caller's transaction.

    Writers of the ledger wait from here until that transaction ends: no entry is half written, so every later one
    has a larger id, whatever the clock says.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the last entry is only the last inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TurnoverEntry._meta.db_table} IN SHARE MODE")
    return TurnoverEntry.objects.aggregate(last=Max("id"))["last"] or 0


def series(*, side: Side = Side.OUTPUT, region: str = "", as_of: date | None = None) -> Mapping[int, Sums]:
    """A side's sums by year, for the years that have entries."""
    return series_of([side], region=region, as_of=as_of)[side]


def series_of(
    sides: Collection[Side], *, region: str = "", as_of: date | None = None
) -> Mapping[Side, Mapping[int, Sums]]:
    """The same of several sides; as known now with one query."""
    region = region or settings.HOME_REGION
    found: dict[Side, dict[int, Sums]] = {side: {} for side in sides}
    if as_of is None:
        for row in _by_year(sums.totals(sides, region), "side", "year"):
            found[Side(row["side"])][row["year"]] = as_sums(row)
        return found
    for side in sides:
        rows = _by_year(_known(Snapshot.at_end_of(as_of)).filter(on_side(side, region)), "year")
        found[side] = {row["year"]: as_sums(row) for row in rows}
    return found


def _by_year(rows: QuerySet[Any], *columns: str) -> QuerySet[Any]:
    return rows.annotate(year=ExtractYear("effective_on")).values(*columns).annotate(**SUMMED).order_by("year")


def counts_on(on: date) -> rules.Counts:
    """What the city's assessment counts in a period that ends on a day."""
    return _counts(assessments().filter(valid_from__lte=on).first())


def counts_of_years(years: Iterable[int]) -> dict[int, rules.Counts]:
    """What the assessment of each year counts, with one query."""
    rows = list(assessments())
    ends = {year: date(year, 12, 31) for year in years}
    return {year: _counts(next((row for row in rows if row.valid_from <= end), None)) for year, end in ends.items()}


def _counts(row: Assessment | None) -> rules.Counts:
    return rules.Counts() if row is None else rules.Counts(Side(row.side), row.amount)


def assessments() -> QuerySet[Assessment]:
    """What counts from which day on, newest first."""
    return Assessment.objects.order_by("-valid_from")


def rank(period: Period, *, side: Side = Side.OUTPUT, region: str = "") -> tuple[int, int]:
    """The region's place by contract amount among the regions of its level that have any, and how many those are.

    Level: province, prefecture or county, by the code. (0, n) where the region itself has none.
    """
    region = region or settings.HOME_REGION
    size = len(rules.region_prefix(region))
    amounts = sums.by_region(period, side, size)
    mine = amounts.get(region[:size], rules.ZERO)
    known = [amount for amount in amounts.values() if amount > 0]
    return (1 + sum(amount > mine for amount in known) if mine > 0 else 0, len(known))


def plan(year: int) -> rules.Plan | None:
    """The promise for the figure of the plan that a year belongs to, or is nearest to; None where none was loaded."""
    return rules.covering(plans(), year)


def plans() -> list[rules.Plan]:
    """What each plan promises for the figure."""
    return [
        rules.Plan(row.baseline_year, rules.yuan(row.baseline), row.target_year, rules.yuan(row.target))
        for row in PlanIndicator.objects.filter(code=CODES[TURNOVER_NO])
    ]


def indicators() -> QuerySet[PlanIndicator]:
    """Of every plan."""
    return PlanIndicator.objects.order_by("no", "baseline_year", "target_year")


def entries(
    *, actor: Actor, year: int | None = None, region: str = "", side: str = "output", as_of: date | None = None
) -> QuerySet[TurnoverEntry]:
    """The lines behind the figure whose contracts the actor may see; the caller orders them."""
    region = region or settings.HOME_REGION
    rows = visible_entries(actor=actor, as_of=as_of)
    if year is not None:
        rows = rows.filter(_in(Period.year(year)))
    return rows.filter(on_side(Side(side), region))


def visible_entries(*, actor: Actor, as_of: date | None = None) -> QuerySet[TurnoverEntry]:
    """Every line that the actor may see, with its contract and parties."""
    return _known(Snapshot.at_end_of(as_of), policy.entries.visible_to(actor)).select_related(
        "event__registration__contract__seller", "event__registration__contract__buyer"
    )


def unseen(actor: Actor, period: Period, snapshot: Snapshot = ALL) -> QuerySet[TurnoverEntry]:
    """The lines of a period, and of the same days a year before, that the actor may not see."""
    both = _in(period) | _in(period.year_before())
    return _known(snapshot).filter(both).exclude(pk__in=policy.entries.visible_to(actor).values("pk"))


def entry(*, actor: Actor, entry_id: int) -> TurnoverEntry:
    """One line with the chain behind it; raises NotFound where its contract is hidden."""
    row = (
        visible_entries(actor=actor)
        .select_related(
            "event__registration__contract__deal__introduction__achievement",
            "event__registration__contract__deal__introduction__demand",
            "event__registration__contract__deal__introduction__agency",
            "event__registration__contract__deal__introduction__broker",
            "event__registration__contract__seller",
            "event__registration__contract__buyer",
        )
        .filter(pk=entry_id)
        .first()
    )
    if row is None:
        raise NotFound
    return row


def _snapshot(as_of: date | None, snapshot: Snapshot) -> Snapshot:
    """The narrower of the two."""
    bounds = [bound for bound in (Snapshot.at_end_of(as_of).known_before, snapshot.known_before) if bound is not None]
    return replace(snapshot, known_before=min(bounds, default=None))


def _known(snapshot: Snapshot, rows: QuerySet[TurnoverEntry] | None = None) -> QuerySet[TurnoverEntry]:
    rows = TurnoverEntry.objects.all() if rows is None else rows
    if snapshot.known_before is not None:
        rows = rows.filter(known_at__lt=snapshot.known_before)
    return rows if snapshot.up_to_entry is None else rows.filter(id__lte=snapshot.up_to_entry)


def _within(period: Period, snapshot: Snapshot) -> QuerySet[TurnoverEntry]:
    return _known(snapshot).filter(_in(period))


def _in(period: Period) -> Q:
    return Q(effective_on__range=(period.first, period.last))


def on_side(side: Side, region: str) -> Q:
    """The entries that count on a side of a region's figure."""
    sold, bought = sums.in_region("seller_region", region), sums.in_region("buyer_region", region)
    return {Side.OUTPUT: sold, Side.ABSORPTION: bought, Side.INTRA: sold & bought}[side]


def _parts(period: Period, by: Dimension, side: Side, region: str, snapshot: Snapshot) -> dict[str, Sums]:
    kept = sums.parts(period, by, side, region) if snapshot.is_whole else None
    if kept is not None:
        return kept
    rows = _within(period, snapshot).filter(on_side(side, region))
    code = LPad(Cast(ExtractMonth("effective_on"), CharField()), 2, Value("0")) if by == Dimension.MONTH else F(by)
    return {row["code"]: as_sums(row) for row in rows.values(code=code).annotate(**SUMMED)}
