"""Back up: what a deal or a listing brought to the figure, as a part of its own page."""

from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from contracts.turnover import queries, rules
from market.pages.rendering import PageRequest, render_page


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


def _part(request: PageRequest, **where: Any) -> HttpResponse:
    rows = queries.visible_entries(actor=request.actor).filter(**where)
    context: dict[str, Any] = {
        "rows": rows.order_by("effective_on", "id")[:50],
        "sum": rows.aggregate(sum=Sum("contract_amount"))["sum"] or rules.ZERO,
    }
    return render_page(request, "turnover/part.html", fragment="turnover/_part.html", **context)
