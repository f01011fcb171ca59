"""`/api/v1/monitoring`: the plan's eight indicators over the years, their values and who answers for them."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import File, Form, Router, Status, UploadedFile
from pydantic import Field

from contracts.monitoring import lifecycle, policy, queries, rules, services
from contracts.monitoring.models import IndicatorValue
from contracts.monitoring.problems import FedByLedger, OfficeUnfit, ValueAwaits, ValueUnfit, YearOutsidePlan
from contracts.monitoring.queries import Reading
from contracts.monitoring.schemas import (
    EnterIn,
    IndicatorDetail,
    IndicatorList,
    IndicatorOut,
    OfficeIn,
    ValueOut,
)
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR
from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.api import ApiRequest, problems, tag
from market.kernel.files import FileRefused
from market.kernel.verb_endpoints import add_verbs

router = Router(tags=["monitoring"])

Year = Annotated[
    int | None, Field(ge=FIRST_YEAR, le=LAST_YEAR, description="Default: the plan's last year that is over")
]


@router.get("/indicators", response={200: IndicatorList, **problems()})
def list_indicators(request: ApiRequest, year: Year = None) -> dict[str, Any]:
    """All indicators of the plan in one year. Public, like the plan."""
    shown = year or queries.year_to_show(list(queries.indicators()), clock.today())
    items = [indicator(reading) for reading in queries.readings(year=shown, today=clock.today())]
    return {"year": shown, "items": items, "next": None}


@router.get("/indicators/{int:indicator_no}", response={200: IndicatorDetail, **problems()})
def get_indicator(request: ApiRequest, indicator_no: int) -> dict[str, Any]:
    """One indicator over the plan's years, with the history of its values."""
    row = queries.indicator(indicator_no, year=clock.today().year)
    years = queries.history(row, today=clock.today())
    shown = queries.year_to_show([row], clock.today())
    return {
        "indicator": indicator(next(reading for reading in years if reading.year == shown)),
        "years": [reading_out(reading) for reading in years],
        "values": [value_out(value, request.actor) for value in queries.values_of(row, actor=request.actor)],
    }


@router.put("/indicators/{int:indicator_no}/office", response={200: IndicatorOut, **problems(OfficeUnfit)})
def assign_office(request: ApiRequest, indicator_no: int, payload: OfficeIn) -> dict[str, Any]:
    """Say which office answers for an indicator, as the market's operator."""
    services.assign_office(
        actor=request.actor,
        indicator_no=indicator_no,
        organisation_id=payload.organisation_id,
        due_days=payload.due_days,
        at=clock.now(),
    )
    row = queries.indicator(indicator_no, year=clock.today().year)
    shown = queries.year_to_show([row], clock.today())
    return indicator(next(found for found in queries.history(row, today=clock.today()) if found.year == shown))


@router.post(
    "/indicators/{int:indicator_no}/values",
    response={201: ValueOut, **problems(FedByLedger, YearOutsidePlan, ValueUnfit, ValueAwaits, FileRefused)},
)
def enter_value(
    request: ApiRequest, response: HttpResponse, indicator_no: int, payload: Form[EnterIn], proof: File[UploadedFile]
) -> Status[dict[str, Any]]:
    """Enter a year's value with its proof (PDF, JPEG or PNG, at most 20 MB), as a person of the responsible office."""
    row = services.enter_value(
        actor=request.actor,
        indicator_no=indicator_no,
        year=payload.year,
        value=payload.value,
        source_text=payload.source_text,
        proof=proof,
        at=clock.now(),
    )
    response["Location"] = f"/api/v1/monitoring/indicators/{indicator_no}"
    return Status(201, _answer(request, response, row.id))


def _answer(request: ApiRequest, response: HttpResponse, value_id: UUID) -> dict[str, Any]:
    row = policy.values.fetch(actor=request.actor, pk=value_id, related=("indicator__responsibility", "proof"))
    tag(response, row)
    return value_out(row, request.actor)


def indicator(reading: Reading) -> dict[str, Any]:
    row, office = reading.indicator, reading.office
    return {
        "no": row.no,
        "code": row.code,
        "name": row.translated_name,
        "unit": row.translated_unit,
        "baseline_year": row.baseline_year,
        "baseline": row.baseline,
        "target_year": row.target_year,
        "target": row.target,
        "target_span": span(reading.target),
        "is_fed_by_ledger": reading.is_fed_by_ledger,
        "office": {"id": office.id, "name": office.name} if office else None,
        "reading": reading_out(reading),
    }


def reading_out(reading: Reading) -> dict[str, Any]:
    return {
        "year": reading.year,
        "value": number(reading.value),
        "planned": span(reading.planned),
        "missing_to_path": number(reading.missing_to_path),
        "missing_to_target": number(reading.missing_to_target),
        "status": reading.status,
        "is_over": reading.is_over,
        "due_on": reading.due_on,
        "is_overdue": reading.is_overdue,
    }


def value_out(row: IndicatorValue, actor: Actor) -> dict[str, Any]:
    return {
        "id": row.id,
        "indicator_no": row.indicator.no,
        "year": row.year,
        "revision": row.revision,
        "value": number(row.value),
        "source_text": row.source_text,
        "proof_sha256": row.proof.sha256,
        "state": row.state,
        "entered_at": row.entered_at,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "version": row.version,
        "allowed": policy.values.allowed(actor, row),
    }


def span(found: rules.Span | None) -> dict[str, str] | None:
    return (
        None
        if found is None
        else {"low": rules.plain(found.low, rules.PLACES), "high": rules.plain(found.high, rules.PLACES)}
    )


def number(value: Decimal | None) -> str | None:
    return None if value is None else rules.plain(value, rules.PLACES)


add_verbs(router, lifecycle.VALUES, out=ValueOut, answer=_answer, under="/values")
