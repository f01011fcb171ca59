"""Matches beside a listing."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from market.pages import slots
from market.pages.rendering import PageRequest, render_page
from matching.ranking import queries


@require_safe
def demand_matches(request: PageRequest, demand_id: UUID) -> HttpResponse:
    found = queries.matches_for_demand(actor=request.actor, demand_id=demand_id)
    rows = [(match, _actions(request, demand_id, match.id)) for match in found.items]
    return _render(request, found, rows, "catalog:achievement")


@require_safe
def achievement_matches(request: PageRequest, achievement_id: UUID) -> HttpResponse:
    found = queries.matches_for_achievement(actor=request.actor, achievement_id=achievement_id)
    rows = [(match, _actions(request, match.id, achievement_id)) for match in found.items]
    return _render(request, found, rows, "catalog:demand")


def _render(request: PageRequest, found: queries.MatchList, rows: list[Any], url_name: str) -> HttpResponse:
    best = max((match.score for match in found.items), default=0) or 1
    context: dict[str, Any] = {
        "found": found,
        "rows": [(match, round(100 * match.score / best), actions) for match, actions in rows],
        "url_name": url_name,
    }
    return render_page(request, "ranking/matches.html", fragment="ranking/_matches.html", **context)


def _actions(request: PageRequest, demand_id: UUID, achievement_id: UUID) -> list[tuple[Any, str]]:
    """What higher rooms offer to do with a pair."""
    query = urlencode({"demand": demand_id, "achievement": achievement_id})
    return [
        (filling.title, f"{reverse(filling.url_name)}?{query}")
        for filling in slots.fillings("match.actions", request.actor)
    ]
