"""Matches for a listing, both ways: who could meet this need, and who could use this."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from listings.catalog import policy as catalog
from listings.catalog import queries as listings
from listings.catalog.models import OPEN_STATES, Achievement, Demand
from market.kernel.actor import Actor
from market.kernel.clock import today
from market.kernel.policy import audience_tokens
from market.reference import queries as reference
from matching.ranking import scoring
from search import candidates

SHOWN = 10
ACHIEVEMENT_BODY = ("summary", "applications", "indicators")
DEMAND_BODY = ("difficulties", "indicators", "research_content")


@dataclass(frozen=True, slots=True)
class Match:
    """A listing that fits, with its score, the parts of it, and why in one line."""

    id: UUID
    title: str
    score: float
    parts: dict[str, float]
    reason: str
    row: Any


@dataclass(frozen=True, slots=True)
class MatchList:
    """Best first. `is_degraded` says that PostgreSQL answered with plainer scores."""

    items: Sequence[Match]
    is_degraded: bool
    model: str


def matches_for_demand(*, actor: Actor, demand_id: UUID, limit: int = SHOWN) -> MatchList:
    """Achievements for a demand, of those the actor may see; raises NotFound."""
    demand = listings.demand(actor=actor, demand_id=demand_id)
    return _matches(actor, demand, "achievement", limit)


def matches_for_achievement(*, actor: Actor, achievement_id: UUID, limit: int = SHOWN) -> MatchList:
    """Demands that could use an achievement, of those the actor may see; raises NotFound."""
    achievement = listings.achievement(actor=actor, achievement_id=achievement_id)
    return _matches(actor, achievement, "demand", limit)


def match_of(*, actor: Actor, demand_id: UUID, achievement_id: UUID) -> Match | None:
    """The match of a pair as the demand's list has it now, or None where it is not among the first hundred."""
    found = matches_for_demand(actor=actor, demand_id=demand_id, limit=100)
    return next((match for match in found.items if match.id == achievement_id), None)


def snapshot(match: Match, *, at: datetime) -> dict[str, Any]:
    """The match as plain values, to be kept with an introduction as it was that day."""
    values = asdict(match)
    values.pop("row")
    return values | {"id": str(match.id), "model": scoring.MODEL, "matched_at": at.isoformat()}


def _matches(actor: Actor, ours: Achievement | Demand, kind: str, limit: int) -> MatchList:
    body = _body(ours)
    found = candidates.similar(
        wording=scoring.wording(ours.title, body),
        kind=kind,
        audience=sorted(audience_tokens(actor)),
        exclude_owner=str(ours.owner_id),
    )
    scored = sorted(
        ((scoring.score(item.parts), item) for item in found.items), key=lambda pair: (-pair[0], str(pair[1].id))
    )
    best = scored[:limit]
    rows = _rows(actor, kind, [item.id for _score, item in best])
    names = _names()
    return MatchList(
        items=[
            Match(
                id=item.id,
                title=item.title,
                score=score,
                parts=item.parts,
                reason=scoring.reason(_side(ours, body), _side(rows[item.id], item.text), names),
                row=rows[item.id],
            )
            for score, item in best
            if item.id in rows
        ],
        is_degraded=found.is_degraded,
        model=scoring.MODEL,
    )


def _rows(actor: Actor, kind: str, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """The rows themselves, through the policy: the index may be a moment behind a withdrawal."""
    visible: Any = (catalog.achievements if kind == "achievement" else catalog.demands).visible_to(actor)
    return {row.id: row for row in visible.filter(id__in=ids, state__in=OPEN_STATES).select_related("owner")}


def _body(listing: Achievement | Demand) -> str:
    fields = DEMAND_BODY if isinstance(listing, Demand) else ACHIEVEMENT_BODY
    return "\n".join(part for part in (getattr(listing, field) for field in fields) if part)


def _side(listing: Achievement | Demand, body: str) -> scoring.Listing:
    return scoring.Listing(listing.title, body, listing.technology_field, listing.local_industry, listing.region)


def _names() -> dict[str, str]:
    return reference.names("technology_field", today()) | reference.names("local_industry", today())
