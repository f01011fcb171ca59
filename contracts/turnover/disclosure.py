"""What a reader is told of the figure's composition: every page, file and endpoint asks here, never `queries`.

The city's totals of any period and day are official and for everyone. What they are made of is told in full to whoever
may see each line behind it. Others are told the composition of the output of a year that is over, without its small
cells, and nothing else (ADR 0022): then no two answers can be subtracted from each other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q

from contracts.registration.facts import Dimension
from contracts.turnover import policy, queries, rules
from contracts.turnover.queries import ALL, NOTHING, Figure
from contracts.turnover.rules import Period, Side, Snapshot, Sums
from market.kernel.actor import Actor
from market.kernel.problems import NotFound

SMALL_CELLS = "small_cells"  # some parts have too few contracts
NOT_PUBLISHED = "not_published"  # this side, period or day is not told in parts


@dataclass(frozen=True, slots=True)
class Cell:
    """A part that is told apart; `before` is None where the same part of the year before is not."""

    code: str
    sums: Sums
    before: Sums | None


@dataclass(frozen=True, slots=True)
class Table:
    """A breakdown as far as the reader is told: its cells, what the others come to together, and both years' totals.

    `suppressed` is empty where nothing is withheld; `rest` is None there, and where it has few contracts itself.
    """

    cells: list[Cell]
    rest: Sums | None
    rest_before: Sums | None
    whole: Sums
    before: Sums
    suppressed: str = ""


@dataclass(frozen=True, slots=True)
class Flows:
    """The pairs of regions that the reader is told, and what the others come to together."""

    items: list[queries.Flow]
    rest: Sums | None
    suppressed: str = ""


def figure(period: Period, *, actor: Actor, region: str = "", as_of: date | None = None) -> Figure:
    """The figure; that of another region than the city is a cell, and hidden from who does not see all its lines."""
    _require_region(actor, period, region, Snapshot.at_end_of(as_of))
    return queries.figure(period=period, region=region, as_of=as_of)


def breakdowns(
    period: Period,
    *,
    actor: Actor,
    on: date,
    by: Collection[Dimension],
    side: Side = Side.OUTPUT,
    region: str = "",
    snapshot: Snapshot = ALL,
) -> dict[Dimension, Table]:
    """The figure in parts as the reader may know them on a day. Raises NotFound for a region hidden from the reader."""
    region = region or settings.HOME_REGION
    asked: dict[str, Any] = {"side": side, "region": region, "snapshot": snapshot}
    if _sees_all(actor, period, queries.on_side(side, region), snapshot):
        return {each: _table(parts) for each, parts in queries.breakdowns(period, by=by, **asked).items()}
    _require_region(actor, period, region, snapshot)
    if side == Side.OUTPUT and _is_open(period, on, snapshot):
        found = queries.breakdowns(period, by=by, **asked)
        return {each: _open_table(parts, each, region) for each, parts in found.items()}
    told: dict[Dimension, Table] = {}
    if Dimension.MONTH in by:
        told[Dimension.MONTH] = _table(queries.breakdown(period, by=Dimension.MONTH, **asked))
    if others := set(by) - {Dimension.MONTH}:
        told |= dict.fromkeys(others, _closed_table(period, side, region, snapshot))
    return told


def breakdown(period: Period, *, by: Dimension, **asked: Any) -> Table:
    """One table of `breakdowns`."""
    return breakdowns(period, by=(by,), **asked)[by]


def months(period: Period, *, side: Side, snapshot: Snapshot = ALL) -> list[queries.Part]:
    """The city's months: totals, and official as all of them."""
    return queries.breakdown(period, by=Dimension.MONTH, side=side, snapshot=snapshot)


def flows(period: Period, *, actor: Actor, on: date, region: str = "", snapshot: Snapshot = ALL) -> Flows:
    """What flows between regions of which one is the region asked for, as the reader may know it."""
    region = region or settings.HOME_REGION
    found = queries.flows(period, region=region, snapshot=snapshot)
    lines = queries.on_side(Side.OUTPUT, region) | queries.on_side(Side.ABSORPTION, region)
    if _sees_all(actor, period, lines, snapshot):
        return Flows(found, None)
    _require_region(actor, period, region, snapshot)
    cells = {(flow.seller_region, flow.buyer_region): flow.sums for flow in found}
    prefix = rules.region_prefix(region)
    # Within a region of several counties the pairs have margins that are breakdowns of their own.
    if len(prefix) < len(region) or not _is_open(period, on, snapshot):
        return Flows([], _rest(cells, frozenset(cells)), NOT_PUBLISHED)
    hidden = rules.withheld(cells, lambda pair: (pair[0].startswith(prefix), pair[1].startswith(prefix)))
    shown = [flow for flow in found if (flow.seller_region, flow.buyer_region) not in hidden]
    return Flows(shown, _rest(cells, hidden), SMALL_CELLS if hidden else "")


def _is_open(period: Period, on: date, snapshot: Snapshot) -> bool:
    """A whole year that is over, as known now: parts of it, or two days of knowledge, could be subtracted."""
    return snapshot.is_whole and period.is_year and period.last < on


def _sees_all(actor: Actor, period: Period, lines: Q, snapshot: Snapshot) -> bool:
    """Whether none of the lines, nor of those a year before, is hidden from the reader."""
    if policy.sees_every_line(actor):
        return True
    return actor.organisation_id is not None and not queries.unseen(actor, period, snapshot).filter(lines).exists()


def _require_region(actor: Actor, period: Period, region: str, snapshot: Snapshot) -> None:
    if region in ("", settings.HOME_REGION):
        return
    lines = queries.on_side(Side.OUTPUT, region) | queries.on_side(Side.ABSORPTION, region)
    if not _sees_all(actor, period, lines, snapshot):
        raise NotFound


def _open_table(parts: Collection[queries.Part], by: Dimension, region: str) -> Table:
    if by == Dimension.MONTH:
        return _table(parts)
    prefix = rules.region_prefix(region)
    # What stays in the city has an official total of its own, and so has what leaves it.
    groups = (lambda code: code.startswith(prefix)) if by == Dimension.BUYER_REGION else (lambda code: None)
    now, before = {part.code: part.sums for part in parts}, {part.code: part.before for part in parts}
    return _table(parts, rules.withheld(now, groups), rules.withheld(before, groups))


def _table(
    parts: Collection[queries.Part],
    hidden: frozenset[str] = frozenset(),
    hidden_before: frozenset[str] = frozenset(),
) -> Table:
    """A hidden part is not even named: with the rest beside it, its name would tell."""
    now, before = {part.code: part.sums for part in parts}, {part.code: part.before for part in parts}
    cells = [
        Cell(part.code, part.sums, None if part.code in hidden_before else part.before)
        for part in parts
        if part.code not in hidden and (part.sums != NOTHING or part.code not in hidden_before)
    ]
    return Table(
        cells=cells,
        rest=_rest(now, hidden),
        rest_before=_rest(before, hidden_before),
        whole=rules.total(now.values()),
        before=rules.total(before.values()),
        suppressed=SMALL_CELLS if hidden or hidden_before else "",
    )


def _closed_table(period: Period, side: Side, region: str, snapshot: Snapshot) -> Table:
    whole, before = (
        queries.sides(within, region=region, snapshot=snapshot)[side] for within in (period, period.year_before())
    )
    if whole == NOTHING:
        return Table([], None, None, whole, before)
    return Table([], _told(whole), None, whole, before, NOT_PUBLISHED)


def _rest(cells: Mapping[rules.Code, Sums], hidden: frozenset[rules.Code]) -> Sums | None:
    return _told(rules.total(cells[code] for code in hidden)) if hidden else None


def _told(sums: Sums) -> Sums | None:
    """None for few contracts: that is an official total then, and nothing that a table of parts should say."""
    return sums if sums.contracts >= rules.FEWEST_CONTRACTS else None
