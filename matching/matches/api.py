"""`/api/v1/demands/{id}/matches`, `/api/v1/achievements/{id}/matches`, `/api/v1/verdicts` and `/api/v1/matching`."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from ninja import Router, Status
from pydantic import Field

from market.kernel import clock
from market.kernel.api import ApiRequest, problems
from market.kernel.models import Job
from market.kernel.schemas import JobOut
from matching.matches import quality_page, queries, reasons, services
from matching.matches.models import Verdict
from matching.matches.problems import VerdictNeedsNote
from matching.matches.schemas import MatchesOut, QualityOut, VerdictIn, VerdictOut

demand_router = Router(tags=["matching"])
achievement_router = Router(tags=["matching"])
verdict_router = Router(tags=["matching"])
router = Router(tags=["matching"])

Most = Annotated[int, Field(ge=1, le=100, description="How many matches")]
PAIR = "/{uuid:demand_id}/{uuid:achievement_id}"


@demand_router.get("/{uuid:demand_id}/matches", response={200: MatchesOut, **problems()})
def demand_matches(request: ApiRequest, demand_id: UUID, limit: Most = 10) -> dict[str, Any]:
    """Achievements that fit the demand, best first."""
    return _answer(queries.matches_for_demand(actor=request.actor, demand_id=demand_id, limit=limit))


@achievement_router.get("/{uuid:achievement_id}/matches", response={200: MatchesOut, **problems()})
def achievement_matches(request: ApiRequest, achievement_id: UUID, limit: Most = 10) -> dict[str, Any]:
    """Demands that could use the achievement, best first."""
    return _answer(queries.matches_for_achievement(actor=request.actor, achievement_id=achievement_id, limit=limit))


@verdict_router.put(PAIR, response={200: VerdictOut, **problems(VerdictNeedsNote)})
def give_verdict(request: ApiRequest, demand_id: UUID, achievement_id: UUID, payload: VerdictIn) -> Verdict:
    """Say of a pair, for one's own organisation, that it fits or why it does not."""
    return services.give_verdict(
        actor=request.actor,
        demand_id=demand_id,
        achievement_id=achievement_id,
        at=clock.now(),
        **payload.model_dump(),
    )


@verdict_router.delete(PAIR, response={204: None, **problems()})
def withdraw_verdict(request: ApiRequest, demand_id: UUID, achievement_id: UUID) -> Status[None]:
    """Take the word back."""
    services.withdraw_verdict(actor=request.actor, demand_id=demand_id, achievement_id=achievement_id, at=clock.now())
    return Status(204, None)


@router.get("/quality", response={200: QualityOut, **problems()})
def quality(request: ApiRequest) -> dict[str, Any]:
    """How good the matches are, as measured last."""
    return quality_page.latest()


@router.post("/rematch", response={202: JobOut, **problems()})
def rematch(request: ApiRequest) -> Status[Job]:
    """Match everything anew, as a job."""
    return Status(202, services.start_rematch(actor=request.actor, at=clock.now()))


def _answer(found: queries.MatchList) -> dict[str, Any]:
    return {
        "items": _items(found.items),
        "set_aside": _items(found.set_aside),
        "next": None,
        "waiting": found.is_waiting,
        "degraded": found.is_degraded,
        "model": found.model,
        "matched_at": found.matched_at,
    }


def _items(items: Sequence[queries.Shown]) -> list[dict[str, Any]]:
    return [
        {
            "id": item.listing.id,
            "title": item.listing.title,
            "level": item.row.level,
            "level_name": str(item.level.label),
            "score": item.row.score,
            "parts": item.row.features,
            "reason": item.reason,
            "phrases": reasons.phrases(item.row.reasons),
            "agreements": reasons.facts(item.row.reasons, "agreements"),
            "clashes": reasons.facts(item.row.reasons, "clashes"),
            "verdict": item.verdict,
        }
        for item in items
    ]
