"""The figure in ten seconds, and the way down from it to the listings and back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from contracts.agreements import policy as agreements
from contracts.registration import policy as registrations
from contracts.turnover import policy, queries, rules
from contracts.turnover.models import TurnoverEntry
from listings.catalog import policy as catalog
from market.kernel.actor import Actor
from market.kernel.clock import today
from market.kernel.problems import InvalidInput, NotFound
from market.pages.rendering import PageRequest, paginate, render_page
from matching.brokerage import policy as brokerage

SIDES = ("output", "absorption")


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


@require_safe
def dashboard(request: PageRequest) -> HttpResponse:
    rows = year_rows()
    latest = next((row for row in reversed(rows) if row.actual is not None and not row.is_baseline), None)
    context: dict[str, Any] = {
        "rows": rows,
        "latest": latest,
        "figure": queries.figure(year=latest.year if latest else today().year),
        "share": queries.chained_share(year=latest.year) if latest else None,
        "plan": queries.plan(),
        "indicators": queries.indicators(),
        "region": settings.HOME_REGION,
        "ceiling": max((value for row in rows for value in (row.actual, row.planned) if value), default=Decimal(1)),
    }
    return render_page(request, "turnover/dashboard.html", **context)


@require_safe
def year_page(request: PageRequest, year: int) -> HttpResponse:
    """The year's figure and the contracts behind it, as far as the reader may see them."""
    if not 1985 <= year <= 2100:
        raise NotFound
    side = request.GET.get("side", "output")
    side = side if side in SIDES else "output"
    as_of = _date(request.GET.get("as_of", ""))
    rows = queries.entries(actor=request.actor, year=year, side=side, as_of=as_of).order_by("-effective_on", "-id")
    context: dict[str, Any] = {
        "figure": queries.figure(year=year, as_of=as_of),
        "page": paginate(request, rows),
        "side": side,
        "as_of": as_of,
        "is_complete": policy.sees_every_line(request.actor),
    }
    return render_page(request, "turnover/year.html", **context)


@require_safe
def entry_page(request: PageRequest, entry_id: int) -> HttpResponse:
    """One line of the ledger with its whole chain: registration, contract, deal, match, listings."""
    entry = queries.entry(actor=request.actor, entry_id=entry_id)
    contract = entry.event.registration.contract
    introduction = contract.deal.introduction if contract.deal else None
    context: dict[str, Any] = {
        "entry": entry,
        "registration": entry.event.registration,
        "contract": contract,
        "deal": contract.deal,
        "introduction": introduction,
        "opens": _opens(request.actor, entry),
    }
    return render_page(request, "turnover/entry.html", **context)


def _opens(actor: Actor, entry: TurnoverEntry) -> dict[str, bool]:
    """Which links of the chain the reader may open: a leader reads the line, not the contract's text."""
    registration = entry.event.registration
    deal = registration.contract.deal
    found = {
        "registration": registrations.registrations.visible_to(actor).filter(pk=registration.pk).exists(),
        "contract": agreements.contracts.visible_to(actor).filter(pk=registration.contract_id).exists(),
    }
    if deal is None:
        return found
    return found | {
        "deal": brokerage.deals.visible_to(actor).filter(pk=deal.pk).exists(),
        "achievement": catalog.achievements.visible_to(actor).filter(pk=deal.introduction.achievement_id).exists(),
        "demand": catalog.demands.visible_to(actor).filter(pk=deal.introduction.demand_id).exists(),
    }


@require_safe
def deal_part(request: PageRequest, deal_id: UUID) -> HttpResponse:
    """What a deal brought to the figure."""
    return _part(request, event__registration__contract__deal=deal_id)


@require_safe
def achievement_part(request: PageRequest, achievement_id: UUID) -> HttpResponse:
    """A listing's yuan: from the achievement back up to the figure."""
    return _part(request, event__registration__contract__deal__introduction__achievement=achievement_id)


@require_safe
def demand_part(request: PageRequest, demand_id: UUID) -> HttpResponse:
    return _part(request, event__registration__contract__deal__introduction__demand=demand_id)


def year_rows() -> list[YearRow]:
    """Every year that the plan or the ledger knows, in order; the baseline is the plan's fact."""
    plan, actual = queries.plan(), queries.series()
    path = plan.path if plan else {}
    baseline_year = plan.baseline_year if plan else None
    return [
        YearRow(
            year=year,
            actual=plan.baseline if plan and year == baseline_year else _amount(actual.get(year)),
            planned=path.get(year),
            contracts=actual[year].contracts if year in actual else 0,
            is_baseline=year == baseline_year,
        )
        for year in sorted(path.keys() | actual.keys())
    ]


def _amount(sums: rules.Sums | None) -> Decimal | None:
    return None if sums is None else sums.contract_amount


def _part(request: PageRequest, **where: Any) -> HttpResponse:
    rows = queries.visible_entries(actor=request.actor).filter(**where)
    context: dict[str, Any] = {
        "rows": rows.order_by("effective_on", "id")[:50],
        "sum": rows.aggregate(sum=Sum("contract_amount"))["sum"] or rules.ZERO,
    }
    return render_page(request, "turnover/part.html", fragment="turnover/_part.html", **context)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(errors=[{"loc": ["as_of"], "code": "date_invalid", "message": text[:20]}]) from error
