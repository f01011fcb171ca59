"""`/api/v1/turnover`: the figure, in parts and flows, and the lines behind it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from contracts.registration.facts import Dimension
from contracts.turnover import disclosure, queries, rules, services, tables
from contracts.turnover.models import Assessment, TurnoverEntry
from contracts.turnover.problems import AssessmentDecided
from contracts.turnover.schemas import (
    AssessmentIn,
    AssessmentOut,
    AssessmentPage,
    BreakdownOut,
    EntryPage,
    FlowsOut,
    RankOut,
    TurnoverOut,
)
from market.kernel import clock
from market.kernel.api import ApiRequest, Cursor, Limit, file_answer, problems
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import InvalidInput
from market.kernel.values import Day

router = Router(tags=["turnover"])

Year = Annotated[
    int, Field(ge=rules.FIRST_YEAR, le=rules.LAST_YEAR, description="Year of the registry's date, Asia/Shanghai")
]
Quarter = Annotated[int | None, Field(ge=1, le=4, description="A quarter of the year; default: the whole year")]
Month = Annotated[int | None, Field(ge=1, le=12, description="A month of the year; not with a quarter")]
Region = Annotated[str, Field(pattern=r"^\d{6}$", description="GB/T 2260; default: the market's own city")]
AsOf = Annotated[Day | None, Field(description="As known at the end of this day; default: as known now")]


@router.get("", response={200: TurnoverOut, **problems()})
def get_turnover(
    request: ApiRequest,
    year: Year | None = None,
    quarter: Quarter = None,
    month: Month = None,
    region: Region = settings.HOME_REGION,
    as_of: AsOf = None,
) -> dict[str, Any]:
    """The figure of a year, a quarter or a month. Public: it is what the city publishes.

    That of another region is hidden from who does not see every line behind it.
    """
    period = period_of(year, quarter, month)
    figure = disclosure.figure(period, actor=request.actor, region=region, as_of=as_of)
    snapshot = rules.Snapshot.at_end_of(as_of)
    before = queries.sides(period.year_before(), region=region, snapshot=snapshot)[rules.Side.OUTPUT]
    output = figure.output.as_dict()
    return {
        "year": figure.year,
        "region": figure.region,
        "as_of": figure.as_of,
        **output,
        "output": output,
        "absorption": figure.absorption.as_dict(),
        "intra": figure.intra.as_dict(),
        "against_plan_percent": text(figure.against_plan_percent),
        "plan": None if figure.plan is None else plan(figure.plan),
        **days(period),
        "average": text(figure.output.average),
        "before": before.as_dict(),
        "change_percent": text(rules.change_percent(figure.contract_amount, before.contract_amount)),
        "counts": {"side": figure.counts.side, "amount": figure.counts.amount},
        "counted": str(figure.counted),
    }


@router.get("/breakdown", response={200: BreakdownOut, **problems()})
def get_breakdown(
    request: ApiRequest,
    by: Dimension = Dimension.CONTRACT_TYPE,
    year: Year | None = None,
    quarter: Quarter = None,
    month: Month = None,
    side: rules.Side = rules.Side.OUTPUT,
    region: Region = settings.HOME_REGION,
    as_of: AsOf = None,
) -> dict[str, Any]:
    """The figure in parts, each with its share and its growth.

    Who does not see every line behind it is told the output of years that are over, without parts of fewer than three
    contracts: those are not named, and `suppressed_sums` is what they come to together.
    """
    period = period_of(year, quarter, month)
    table = _table(request, period, by, side, region, as_of)
    names, whole = tables.named(table.cells, by), table.whole.contract_amount
    items = [
        {
            "code": part.code,
            "name": names[part.code],
            **part.sums.as_dict(),
            "average": text(part.sums.average),
            "share_percent": text(rules.share_percent(part.sums.contract_amount, whole)),
            "change_percent": text(tables.growth(part)),
            "before": serialize_sums(part.before),
        }
        for part in table.cells
    ]
    return {
        "by": by,
        "side": side,
        "region": region,
        **days(period),
        "as_of": as_of,
        "items": items,
        "suppressed": table.suppressed,
        "suppressed_sums": serialize_sums(table.rest),
    }


@router.get("/breakdown.csv", response={200: file_answer("text/csv"), **problems()})
def get_breakdown_csv(
    request: ApiRequest,
    by: Dimension = Dimension.CONTRACT_TYPE,
    year: Year | None = None,
    quarter: Quarter = None,
    month: Month = None,
    side: rules.Side = rules.Side.OUTPUT,
    region: Region = settings.HOME_REGION,
    as_of: AsOf = None,
) -> HttpResponse:
    """The same as a table in the official layout: 项, 亿元 and growth in percent."""
    period = period_of(year, quarter, month)
    table = _table(request, period, by, side, region, as_of)
    name = f"turnover-{by}-{period.first}-{period.last}.csv"
    return HttpResponse(
        tables.breakdown_csv(table, by),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/flows", response={200: FlowsOut, **problems()})
def get_flows(
    request: ApiRequest,
    year: Year | None = None,
    quarter: Quarter = None,
    month: Month = None,
    region: Region = settings.HOME_REGION,
    as_of: AsOf = None,
) -> dict[str, Any]:
    """What flows between regions, of which one is the region asked for; withheld as in a breakdown."""
    period = period_of(year, quarter, month)
    found = disclosure.flows(
        period, actor=request.actor, on=clock.today(), region=region, snapshot=rules.Snapshot.at_end_of(as_of)
    )
    items = [
        {"seller_region": flow.seller_region, "buyer_region": flow.buyer_region, **flow.sums.as_dict()}
        for flow in found.items
    ]
    return {
        "region": region,
        **days(period),
        "as_of": as_of,
        "items": items,
        "suppressed": found.suppressed,
        "suppressed_sums": serialize_sums(found.rest),
    }


@router.get("/rank", response={200: RankOut, **problems()})
def get_rank(
    request: ApiRequest,
    year: Year | None = None,
    quarter: Quarter = None,
    month: Month = None,
    side: Literal["output", "absorption"] = "output",
    region: Region = settings.HOME_REGION,
) -> dict[str, Any]:
    """The region's place among the regions of its level that the ledger knows."""
    period = period_of(year, quarter, month)
    place, regions = queries.rank(period, side=rules.Side(side), region=region)
    return {"region": region, "side": side, **days(period), "place": place or None, "regions": regions}


@router.get("/assessment", response={200: AssessmentPage, **problems()})
def list_assessments(request: ApiRequest) -> dict[str, Any]:
    """What the city's assessment counts from which day on, newest first; before all of them, output and 成交额."""
    return {"items": list(queries.assessments())}


@router.post("/assessment", response={201: AssessmentOut, **problems(AssessmentDecided)})
def decide_assessment(request: ApiRequest, payload: AssessmentIn) -> Status[Assessment]:
    """Decide what the assessment counts from a day on; the operator's."""
    row = services.decide_assessment(actor=request.actor, at=clock.now(), **payload.model_dump())
    return Status(201, row)


@router.get("/entries", response={200: EntryPage, **problems(InvalidCursor)})
def list_entries(
    request: ApiRequest,
    year: Year | None = None,
    region: Region = settings.HOME_REGION,
    side: Literal["output", "absorption"] = "output",
    as_of: AsOf = None,
    cursor: Cursor = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    """The lines behind the figure whose contracts the reader may see, newest first."""
    rows = queries.entries(actor=request.actor, year=year, region=region, side=side, as_of=as_of)
    page = cursor_page(rows, name="entries", order=("-effective_on", "-id"), cursor=cursor, limit=limit)
    return {"items": [entry(row) for row in page.items], "next": page.next}


def period_of(year: int | None, quarter: int | None, month: int | None) -> rules.Period:
    """The days that were asked for; this year where none is named. Raises InvalidInput."""
    year = year or clock.today().year
    if quarter is not None and month is not None:
        raise InvalidInput(
            errors=[{"loc": ["month"], "code": "period_ambiguous", "message": _("季度和月份只能选一个")}]
        )
    if quarter is not None:
        return rules.Period.quarter(year, quarter)
    return rules.Period.year(year) if month is None else rules.Period.month(year, month)


def _table(
    request: ApiRequest,
    period: rules.Period,
    by: Dimension,
    side: rules.Side,
    region: str,
    as_of: date | None,
) -> disclosure.Table:
    snapshot = rules.Snapshot.at_end_of(as_of)
    return disclosure.breakdown(
        period, by=by, actor=request.actor, on=clock.today(), side=side, region=region, snapshot=snapshot
    )


def serialize_sums(sums: rules.Sums | None) -> dict[str, Any] | None:
    return None if sums is None else sums.as_dict()


def days(period: rules.Period) -> dict[str, date]:
    return {"first_on": period.first, "last_on": period.last}


def text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def plan(values: rules.Plan) -> dict[str, Any]:
    return {
        "baseline_year": values.baseline_year,
        "baseline": str(values.baseline),
        "target_year": values.target_year,
        "target": str(values.target),
        "path": {str(year): str(amount) for year, amount in values.path.items()},
    }


def entry(row: TurnoverEntry) -> dict[str, Any]:
    registration = row.event.registration
    contract = registration.contract
    return {
        "id": row.id,
        "kind": row.kind,
        "contract_amount": str(row.contract_amount),
        "technology_amount": str(row.technology_amount),
        "seller_region": row.seller_region,
        "buyer_region": row.buyer_region,
        "contract_type": row.contract_type,
        "technology_field": row.technology_field,
        "effective_on": row.effective_on,
        "known_at": row.known_at,
        "registration_id": registration.id,
        "registration_no": registration.registration_no,
        "contract_id": contract.id,
        "contract_title": contract.title,
        "deal_id": contract.deal_id,
    }
