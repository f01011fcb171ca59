"""The eight indicators in a year, each one's history, and the desk of the office that answers for it."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from contracts.monitoring import policy, queries, services
from contracts.monitoring.forms import EnterForm, OfficeForm
from contracts.monitoring.models import IndicatorValue
from contracts.turnover.models import PlanIndicator
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR
from market.kernel import clock, files
from market.kernel.policy import refusal
from market.kernel.problems import NotFound
from market.pages.rendering import PageRequest, render_page
from market.pages.steps import Refused, attempt, buttons, take


@require_safe
def indicator_list(request: PageRequest) -> HttpResponse:
    rows = list(queries.indicators())
    years = queries.plan_years(rows)
    asked = request.GET.get("year", "")
    shown = next((year for year in years if str(year) == asked), None)
    year = queries.year_to_show(rows, clock.today()) if shown is None else shown
    return render_page(request, "monitoring/list.html", years=years, **_of_year(year))


@require_safe
def year_part(request: PageRequest, year: int) -> HttpResponse:
    """The indicators beneath the figure, in a year of the figure's page; outside the plan, in its last year."""
    rows = list(queries.indicators())
    years = queries.plan_years(rows)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    shown = min(max(year, years[0]), years[-1]) if years else year
    return render_page(request, "monitoring/part.html", fragment="monitoring/_readings.html", **_of_year(shown))


@require_safe
def indicator(request: PageRequest, indicator_no: int) -> HttpResponse:
    return _page(request, queries.indicator(indicator_no, year=clock.today().year))


@require_safe
def proof_file(request: PageRequest, value_id: UUID) -> FileResponse:
    row = policy.values.fetch(actor=request.actor, pk=value_id, related=("proof", "indicator__responsibility"))
    if not policy.reads_proof(request.actor, row):
        raise refusal(request.actor)
    return files.response(row.proof)


@require_POST
def enter(request: PageRequest, indicator_no: int) -> HttpResponse:
    row = queries.indicator(indicator_no, year=clock.today().year)
    if not policy.answers_for(request.actor, row):
        raise refusal(request.actor)
    form = _enter_form(row, request.POST, request.FILES)
    if attempt(form, partial(services.enter_value, actor=request.actor, indicator_no=row.no, at=clock.now())):
        messages.success(request, _("已录入，请由本单位另一人复核。"))
        return redirect("monitoring:indicator", row.no)
    return _page(request, row, failed=form)


@require_POST
def step(request: PageRequest, value_id: UUID, verb: str) -> HttpResponse:
    value = policy.values.fetch(actor=request.actor, pk=value_id, related=("indicator__responsibility__office",))
    return take(
        request,
        policy.values,
        value_id,
        verb,
        draw=lambda refused: _page(request, value.indicator, refused=refused),
        done=lambda _row: redirect("monitoring:indicator", value.indicator.no),
    )


@require_POST
def assign(request: PageRequest, indicator_no: int) -> HttpResponse:
    row = queries.indicator(indicator_no, year=clock.today().year)
    if not request.actor.is_operator:
        raise refusal(request.actor)
    form = OfficeForm(request.POST)
    if attempt(form, partial(services.assign_office, actor=request.actor, indicator_no=row.no, at=clock.now())):
        messages.success(request, _("已指定责任单位。"))
        return redirect("monitoring:indicator", row.no)
    return _page(request, row, failed=form)


def _of_year(year: int) -> dict[str, Any]:
    found = queries.readings(year=year, today=clock.today())
    return {
        "year": year,
        "readings": found,
        "counts": {status: sum(row.status == status for row in found) for status in ("on_path", "below", "far_below")},
        "without": sum(row.status == "no_value" for row in found),
    }


def _page(
    request: PageRequest,
    row: PlanIndicator,
    failed: forms.Form | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    actor, today = request.actor, clock.today()
    years = queries.history(row, today=today)
    values = list(queries.values_of(row, actor=actor))
    shown = queries.year_to_show([row], today)
    context: dict[str, Any] = {
        "row": row,
        "years": years,
        "reading": next((found for found in years if found.year == shown), None),
        "values": [_value(value, request, refused) for value in values],
        "enter_form": _enter_panel(request, row, years, failed),
        "office_form": _office_panel(request, row, failed),
        "sees_proof": any(policy.reads_proof(actor, value) for value in values[:1]),
    }
    response = render_page(request, "monitoring/indicator.html", **context)
    if failed is not None:
        response.status_code = 409
    return response


def _value(value: IndicatorValue, request: PageRequest, refused: Refused | None) -> dict[str, Any]:
    is_own = value.state == IndicatorValue.State.ENTERED and value.entered_by_id == request.actor.user_id
    steps = buttons(policy.values, request.actor, value, refused=refused, is_one_of_many=True)
    return {"row": value, "steps": steps, "is_own": is_own}


def _enter_form(row: PlanIndicator, *data: Any) -> EnterForm:
    rows = list(queries.indicators().filter(no=row.no))
    begun = [year for year in queries.plan_years(rows) if year <= clock.today().year]
    return EnterForm(*data, years=reversed(begun), unit=row.unit)


def _enter_panel(
    request: PageRequest,
    row: PlanIndicator,
    years: list[queries.Reading],
    failed: forms.Form | None,
) -> EnterForm | None:
    if isinstance(failed, EnterForm):
        return failed
    is_typed = bool(years) and not years[0].is_fed_by_ledger
    return _enter_form(row) if is_typed and policy.answers_for(request.actor, row) else None


def _office_panel(request: PageRequest, row: PlanIndicator, failed: forms.Form | None) -> OfficeForm | None:
    if isinstance(failed, OfficeForm):
        return failed
    if not request.actor.is_operator:
        return None
    responsibility = getattr(row, "responsibility", None)
    if responsibility is None:
        return OfficeForm(initial={"due_days": 90})
    return OfficeForm(initial={"organisation_id": str(responsibility.office_id), "due_days": responsibility.due_days})
