"""`/api/v1/demands/{id}/matches` and `/api/v1/achievements/{id}/matches`."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Router
from pydantic import Field

from market.kernel.api import ApiRequest, problems
from matching.ranking import queries
from matching.ranking.schemas import MatchesOut

demand_router = Router(tags=["matching"])
achievement_router = Router(tags=["matching"])

Most = Annotated[int, Field(ge=1, le=100, description="How many matches")]


@demand_router.get("/{uuid:demand_id}/matches", response={200: MatchesOut, **problems()})
def demand_matches(request: ApiRequest, demand_id: UUID, limit: Most = 10) -> dict[str, Any]:
    """Achievements that could meet the demand, best first."""
    return _answer(queries.matches_for_demand(actor=request.actor, demand_id=demand_id, limit=limit))


@achievement_router.get("/{uuid:achievement_id}/matches", response={200: MatchesOut, **problems()})
def achievement_matches(request: ApiRequest, achievement_id: UUID, limit: Most = 10) -> dict[str, Any]:
    """Demands that could use the achievement, best first."""
    return _answer(queries.matches_for_achievement(actor=request.actor, achievement_id=achievement_id, limit=limit))


def _answer(found: queries.MatchList) -> dict[str, Any]:
    return {"items": found.items, "next": None, "degraded": found.is_degraded, "model": found.model}
