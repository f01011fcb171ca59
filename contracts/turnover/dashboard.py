"""What the figure's page shows, prepared: the figure and what is missing, the years, and the parts of a period."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from contracts.registration.facts import Dimension
from contracts.turnover import disclosure, labels, queries, rules, tables
from contracts.turnover.choices import Choice
from contracts.turnover.disclosure import Table
from contracts.turnover.rules import Period, Side, Sums
from market.kernel.actor import Actor
from market.kernel.money import in_yi

MOST_REGIONS = 12
REST = "rest"


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year of the dashboard; `planned` is None outside the plan's years."""

    year: int
    actual: Decimal | None
    planned: Decimal | None
    contracts: int
    is_baseline: bool

    @property
    def against_plan_percent(self) -> Decimal | None:
        return None if self.actual is None else rules.change_percent(self.actual, self.planned)


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row of a breakdown with its name, its share of the whole and its change against the same days a year before."""

    code: str
    name: str
    sums: Sums
    share: Decimal | None
    change: Decimal | None
    query: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A dimension's table; `rest` is the row of what the reader is not told apart, and `because` says why."""

    dimension: Dimension
    title: Any
    rows: list[PartRow]
    rest: PartRow | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Yuan from the regions of sellers (rows) to those of buyers (columns); None where nothing flowed.

    `rest` is what the reader is not told apart, and `because` says why.
    """

    columns: list[str]
    rows: list[tuple[str, list[Decimal | None]]]
    rest: Sums | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """The figure of the period in one look: what the city's assessment counts, in yuan.

    `before` is the same count for the same days of the year before.
    """

    figure: queries.Figure
    before: Decimal
    is_running: bool
    is_ahead: bool = False  # on the day that is looked at, the period has not begun
    absence: str = ""  # why there is no figure, in words; empty where there is one

    @property
    def amount(self) -> Decimal:
        return self.figure.counted

    @property
    def contracts(self) -> int:
        sums: Sums = getattr(self.figure, self.figure.counts.side)
        return sums.contracts

    @property
    def change(self) -> Decimal | None:
        return None if self.is_ahead else rules.change_percent(self.amount, self.before)

    @property
    def gap(self) -> Decimal | None:
        """Yuan above (+) or below (−) the path of the year."""
        return None if self.figure.planned is None else self.amount - self.figure.planned

    @property
    def missing(self) -> Decimal | None:
        """Yuan still missing to the target of the plan that the year belongs to; zero when it is reached."""
        plan = self.figure.plan
        return None if plan is None or self.gap is None else max(plan.target - self.amount, rules.ZERO)

    @property
    def verdict(self) -> str:
        """The judgement in one sentence, against the period's own plan or saying that there is none."""
        percent, planned = self.figure.against_plan_percent, self.figure.planned
        if planned is None or percent is None:
            if self.figure.plan is not None and not self.figure.period.is_year:
                return _("规划按年度提出目标，本期不作比较。")
            return _("%(year)s 年没有规划目标，不作比较。") % {"year": self.figure.year}
        words = {"planned": f"{in_yi(planned)}", "percent": f"{abs(percent):.1f}"}
        if self.standing == "on_path":
            return _("达到当年规划路径 %(planned)s 亿元，高出 %(percent)s%%。") % words
        if self.standing == "running":
            return _("年度未结束，比当年规划路径 %(planned)s 亿元少 %(percent)s%%。") % words
        return _("低于当年规划路径 %(planned)s 亿元，少 %(percent)s%%。") % words

    @property
    def standing(self) -> str:
        """`on_path`, `below`, or `running` for a year that is below and not over; empty where nothing was promised."""
        if self.gap is None:
            return ""
        if self.gap >= 0:
            return "on_path"
        return "running" if self.is_running else "below"

    @property
    def trend(self) -> str:
        """One sentence in plain words."""
        change = self.change
        if self.is_ahead:
            return _("截至该日，这一期间尚未开始。")
        if change is None:
            return _("上年同期没有登记金额，无从比较。")
        words = {"percent": f"{abs(change):.1f}"}
        if change > 0:
            return _("比上年同期增长 %(percent)s%%。") % words
        return _("比上年同期下降 %(percent)s%%。") % words if change < 0 else _("与上年同期持平。")


def headline(choice: Choice, *, today: date) -> Headline:
    seen = choice.until(today)
    figure = queries.figure(period=choice.whole, snapshot=choice.snapshot)
    before = queries.sides(seen.year_before(), region=figure.region, snapshot=choice.snapshot)
    # Counted as the period itself is, also where the assessment counted otherwise a year before.
    counted = figure.counts.of(before[figure.counts.side])
    is_ahead = choice.whole.first > min(choice.as_of or today, today)
    return Headline(
        figure,
        counted,
        is_running=is_ahead or seen.last < choice.whole.last,
        is_ahead=is_ahead,
        absence=absence(choice, figure, today=today),
    )


def absence(choice: Choice, figure: queries.Figure, *, today: date) -> str:
    """Why a period has no figure rather than one of nothing: it has not begun, or it ended before the first entry.

    Empty where there is a figure.
    """
    if figure.output != Sums() or figure.absorption != Sums():
        return ""
    words = {"period": choice.name}
    if choice.whole.first > min(choice.as_of or today, today):
        return _("截至该日，这一期间尚未开始。") if choice.as_of else _("%(period)s尚未开始，没有数据。") % words
    first = queries.first_day()
    if choice.whole.last >= (first or today):
        return ""
    if first is None:
        return _("%(period)s没有数据：尚无登记。") % words
    return _("%(period)s没有数据：登记从 %(first)s 开始。") % {**words, "first": first}


def year_rows(as_of: date | None = None) -> list[YearRow]:
    """Every year that the plan or the ledger knows, in order, as its assessment counts; the baseline is the plan's."""
    plans = queries.plans()
    planned_years = {year for plan in plans for year in range(plan.baseline_year, plan.target_year + 1)}
    by_side = queries.series_of((Side.OUTPUT, Side.ABSORPTION), as_of=as_of)
    years = sorted(planned_years | {year for actual in by_side.values() for year in actual})
    rows = []
    for year, counts in queries.counts_of_years(years).items():
        sums = by_side[counts.side].get(year)
        actual = None if sums is None else counts.of(sums)
        plan = rules.covering(plans, year)
        is_baseline = plan is not None and year == plan.baseline_year
        rows.append(
            YearRow(
                year=year,
                actual=plan.baseline if plan and is_baseline else actual,
                planned=plan.path.get(year) if plan else None,
                contracts=sums.contracts if sums else 0,
                is_baseline=is_baseline,
            )
        )
    return rows


def tables_of(
    choice: Choice, dimensions: Collection[Dimension], *, actor: Actor, today: date
) -> dict[Dimension, Table]:
    """What the tables of one page are made of, read together."""
    return disclosure.breakdowns(
        choice.until(today), actor=actor, on=today, by=dimensions, side=choice.side, snapshot=choice.snapshot
    )


def breakdown(choice: Choice, dimension: Dimension, table: Table) -> Breakdown:
    """The parts of the period, the largest first; each leads to its lines."""
    whole = table.whole.contract_amount
    names = tables.named(table.cells, dimension)
    rows = [
        PartRow(
            code=cell.code,
            name=names[cell.code],
            sums=cell.sums,
            share=rules.share_percent(cell.sums.contract_amount, whole),
            change=tables.growth(cell),
            query=choice.with_code(dimension, cell.code).query(),
        )
        for cell in sorted(table.cells, key=lambda cell: (-cell.sums.contract_amount, cell.code))
    ]
    return Breakdown(dimension, labels.NAMES[dimension], rows, _rest(table), labels.withheld_because(table.suppressed))


def _rest(table: Table) -> PartRow | None:
    if table.rest is None:
        return None
    share = rules.share_percent(table.rest.contract_amount, table.whole.contract_amount)
    return PartRow("", labels.withheld(table.suppressed), table.rest, share, None, "")


def months(choice: Choice) -> list[tuple[str, str, Sums, Sums]]:
    """The twelve months of the period's year: name, period, sums, and those of the same month a year before."""
    parts = {
        part.code: part
        for part in disclosure.months(Period.year(choice.year), side=choice.side, snapshot=choice.snapshot)
    }
    names = labels.of_codes(Dimension.MONTH, (f"{month:02d}" for month in range(1, 13)))
    nothing = queries.Part("", Sums(), Sums())
    found = [(name, f"{choice.year}-{code}", parts.get(code, nothing)) for code, name in names.items()]
    return [(name, period, part.sums, part.before) for name, period, part in found]


def chained(table: Table) -> Breakdown:
    """The period's yuan with a full chain (the contract grew from a deal of the market) and without, by broker's cells.

    Both stand or fall together: what is not one is the other.
    """
    direct = next((cell.sums for cell in table.cells if not cell.code), Sums())
    because = ""
    rows = [(_("全链条可查"), table.whole - direct), (_("直接申请登记"), direct)]
    if table.suppressed and direct == Sums():
        rows, because = [], labels.withheld_because(table.suppressed)
    return Breakdown(
        Dimension.BROKER,
        labels.NAMES[Dimension.BROKER],
        [
            PartRow("", name, sums, rules.share_percent(sums.contract_amount, table.whole.contract_amount), None, "")
            for name, sums in rows
        ],
        because=because,
    )


def matrix(choice: Choice, *, actor: Actor, today: date) -> Matrix:
    """From seller's region to buyer's; the regions beyond the twelve largest stand together as one."""
    told = disclosure.flows(choice.until(today), actor=actor, on=today, snapshot=choice.snapshot)
    found = told.items
    sellers = _largest((flow.seller_region, flow.sums.contract_amount) for flow in found)
    buyers = _largest((flow.buyer_region, flow.sums.contract_amount) for flow in found)
    cells: dict[tuple[str, str], Decimal] = {}
    for flow in found:
        key = _kept(flow.seller_region, sellers), _kept(flow.buyer_region, buyers)
        cells[key] = cells.get(key, rules.ZERO) + flow.sums.contract_amount
    names = labels.of_codes(Dimension.SELLER_REGION, {*sellers, *buyers} - {REST}) | {REST: _("其他地区")}
    return Matrix(
        columns=[names[code] for code in buyers],
        rows=[(names[seller], [cells.get((seller, buyer)) for buyer in buyers]) for seller in sellers],
        rest=told.rest,
        because=labels.withheld_because(told.suppressed),
    )


def _largest(amounts: Iterable[tuple[str, Decimal]]) -> list[str]:
    sums: dict[str, Decimal] = {}
    for code, amount in amounts:
        sums[code] = sums.get(code, rules.ZERO) + amount
    ranked = sorted(sums, key=lambda code: (-sums[code], code))
    return ranked if len(ranked) <= MOST_REGIONS else [*ranked[: MOST_REGIONS - 1], REST]


def _kept(code: str, kept: list[str]) -> str:
    return code if code in kept else REST
