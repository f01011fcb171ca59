"""`/api/v1/turnover`: the figure, and the lines behind it."""

from datetime import date
from typing import Annotated, Any, Literal

from django.conf import settings
from ninja import Router
from pydantic import Field

from contracts.turnover import queries, rules
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.schemas import EntryPage, TurnoverOut
from market.kernel.api import ApiRequest, Cursor, Limit, problems
from market.kernel.clock import today
from market.kernel.paging import InvalidCursor, cursor_page

router = Router(tags=["turnover"])

Year = Annotated[int, Field(ge=1985, le=2100, description="Year of the registry's date, Asia/Shanghai")]
Region = Annotated[str, Field(pattern=r"^\d{6}$", description="GB/T 2260; default: the market's own city")]
AsOf = Annotated[date | None, Field(description="As known at the end of this day; default: as known now")]


@router.get("", response={200: TurnoverOut, **problems()})
def get_turnover(
    request: ApiRequest, year: Year | None = None, region: Region = settings.HOME_REGION, as_of: AsOf = None
) -> dict[str, Any]:
    """The figure of a year. Public: it is what the city publishes."""
    figure = queries.figure(year=year or today().year, region=region, as_of=as_of)
    output = sums(figure.output)
    percent = figure.against_plan_percent
    return {
        "year": figure.year,
        "region": figure.region,
        "as_of": figure.as_of,
        **output,
        "output": output,
        "absorption": sums(figure.absorption),
        "intra": sums(figure.intra),
        "against_plan_percent": None if percent is None else str(percent),
        "plan": None if figure.plan is None else plan(figure.plan),
    }


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


def sums(values: rules.Sums) -> dict[str, Any]:
    return {
        "contract_amount": f"{values.contract_amount:.2f}",
        "technology_amount": f"{values.technology_amount:.2f}",
        "contracts": values.contracts,
    }


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
