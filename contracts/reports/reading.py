"""What a report takes from the ledger, all of it under one cut."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.registration.facts import Dimension
from contracts.reports import rules
from contracts.reports.models import Report
from contracts.turnover import queries as turnover
from contracts.turnover.queries import Flow, Part
from contracts.turnover.rules import Cut, Period, Side, Sums

# The tables of a side, in the order of the national quick report (domain reference 2.3).
TABLES = (
    Dimension.CONTRACT_TYPE,
    Dimension.TECHNOLOGY_FIELD,
    Dimension.SELLER_KIND,
    Dimension.BUYER_KIND,
    Dimension.IP_TYPE,
    Dimension.PLAN_SOURCE,
    Dimension.SIZE_CLASS,
)
# The list in which the codes of a dimension have their names.
SCHEMES = {
    Dimension.CONTRACT_TYPE: "contract_type",
    Dimension.TECHNOLOGY_FIELD: "technology_field",
    Dimension.SELLER_KIND: "party_nature",
    Dimension.BUYER_KIND: "party_nature",
    Dimension.IP_TYPE: "ip_type",
    Dimension.PLAN_SOURCE: "plan_source",
    Dimension.SIZE_CLASS: "enterprise_scale",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """The sums of a span, and those of the same span of the year before."""

    sums: Sums
    before: Sums


@dataclass(frozen=True, slots=True)
class Reading:
    """Sums by side of the period and of the year up to its end; tables by side; all under one cut.

    `months` goes from January to the end of the period; `regions` holds the sellers' regions inside the report's.
    """

    period: Mapping[Side, Compared]
    year_to_date: Mapping[Side, Compared]
    tables: Mapping[Side, Mapping[Dimension, Sequence[Part]]]
    months: Mapping[Side, Sequence[Part]]
    regions: Sequence[Part]
    flows: Sequence[Flow]


def read(report: Report, *, cut: Cut) -> Reading:
    """Everything that the report's layout shows of the ledger."""
    period, region, sides = report.period, report.region, [Side(side) for side in report.sides]
    to_date = rules.year_to_date(period)
    return Reading(
        period=_compared(period, region=region, cut=cut),
        year_to_date=_compared(to_date, region=region, cut=cut),
        tables={
            side: {by: turnover.breakdown(period, by=by, side=side, region=region, cut=cut) for by in TABLES}
            for side in sides
        },
        months={
            side: turnover.breakdown(to_date, by=Dimension.MONTH, side=side, region=region, cut=cut) for side in sides
        },
        regions=turnover.breakdown(period, by=Dimension.SELLER_REGION, region=region, cut=cut),
        flows=turnover.flows(period, region=region, cut=cut),
    )


def codes(reading: Reading) -> dict[str, set[str]]:
    """Every code that the reading shows, by the list that names it."""
    found: dict[str, set[str]] = {}
    for tables in reading.tables.values():
        for by, parts in tables.items():
            found.setdefault(SCHEMES[by], set()).update(_codes(parts))
    regions = {code for flow in reading.flows for code in (flow.seller_region, flow.buyer_region)}
    found["region"] = regions | _codes(reading.regions)
    return found


def _codes(parts: Iterable[Part]) -> set[str]:
    return {part.code for part in parts}


def _compared(period: Period, *, region: str, cut: Cut) -> dict[Side, Compared]:
    now, before = (turnover.sides(within, region=region, cut=cut) for within in (period, period.year_before()))
    return {side: Compared(now[side], before[side]) for side in Side}
