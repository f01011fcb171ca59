"""What a report takes from the ledger, all of it under one snapshot, as the plain values that its layout lays out."""

from collections.abc import Iterable

from contracts.registration.facts import Dimension
from contracts.reports import rules
from contracts.reports.layouts import Layout
from contracts.reports.layouts.values import Compared, Flow, Part, Reading, Sums
from contracts.reports.models import Report
from contracts.turnover import queries as turnover
from contracts.turnover import rules as figure
from contracts.turnover.rules import Period, Side, Snapshot


def read(report: Report, *, layout: Layout, snapshot: Snapshot) -> Reading:
    """Everything that the layout shows of the ledger."""
    period, region = report.period, report.region
    to_date = rules.year_to_date(period)

    def parts(within: Period, by: str, side: str) -> list[Part]:
        found = turnover.breakdown(within, by=Dimension(by), side=Side(side), region=region, snapshot=snapshot)
        return [Part(part.code, _sums(part.sums), _sums(part.before)) for part in found]

    return Reading(
        period=_compared(period, region=region, snapshot=snapshot),
        year_to_date=_compared(to_date, region=region, snapshot=snapshot),
        tables={side: {by: parts(period, by, side) for by in layout.TABLES} for side in report.sides},
        months={side: parts(to_date, Dimension.MONTH, side) for side in report.sides},
        regions=parts(period, Dimension.SELLER_REGION, Side.OUTPUT),
        flows=[
            Flow(flow.seller_region, flow.buyer_region, _sums(flow.sums))
            for flow in turnover.flows(period, region=region, snapshot=snapshot)
        ],
    )


def codes(reading: Reading, *, layout: Layout) -> dict[str, set[str]]:
    """Every code that the reading shows, by the list that names it."""
    found: dict[str, set[str]] = {}
    for tables in reading.tables.values():
        for by, parts in tables.items():
            found.setdefault(layout.SCHEMES[by], set()).update(_codes(parts))
    regions = {code for flow in reading.flows for code in (flow.seller_region, flow.buyer_region)}
    found["region"] = regions | _codes(reading.regions)
    return found


def _codes(parts: Iterable[Part]) -> set[str]:
    return {part.code for part in parts}


def _compared(period: Period, *, region: str, snapshot: Snapshot) -> dict[str, Compared]:
    now, before = (
        turnover.sides(within, region=region, snapshot=snapshot) for within in (period, period.year_before())
    )
    return {side.value: Compared(_sums(now[side]), _sums(before[side])) for side in Side}


def _sums(sums: figure.Sums) -> Sums:
    return Sums(sums.contract_amount, sums.technology_amount, sums.contracts)
