"""Matches as they are stored: who could meet this need, and who could use this. Nothing is computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from listings.catalog import policy as catalog
from listings.catalog import queries as listings
from listings.catalog.models import OPEN_STATES, Achievement, Demand
from market.kernel.actor import Actor
from market.kernel.models import Job
from market.kernel.problems import NotFound
from matching.matches import policy, queue, reasons
from matching.matches.listing_adapter import OTHER, SEEKING
from matching.matches.models import Kind, Level, Match, MatchState, Verdict

SHOWN = 10
MOST = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored match as a reader sees it; `verdict` is what the reader's own organisation said of the pair."""

    row: Match
    listing: Achievement | Demand
    verdict: Verdict | None

    @property
    def level(self) -> Level:
        return Level(self.row.level)

    @property
    def reason(self) -> str:
        """One line in the reader's language."""
        return reasons.sentence(self.row.reasons)


@dataclass(frozen=True, slots=True)
class MatchList:
    """What fits, best first; what the reader's organisation found fitting before all, what it refused apart.

    `is_seeking`: the listing is open, or a draft; others have no matches. `is_waiting`: it is new or changed and its
    matches are being made. `is_degraded`: made while the search engine was away, from words alone. `matched_at` is None
    where it was never matched.
    """

    items: Sequence[Shown]
    set_aside: Sequence[Shown]
    is_seeking: bool
    is_waiting: bool
    is_degraded: bool
    model: str
    matched_at: datetime | None


def matches_for_demand(*, actor: Actor, demand_id: UUID, limit: int = SHOWN) -> MatchList:
    """Achievements that fit a demand, of those the actor may see; raises NotFound."""
    demand = listings.demand(actor=actor, demand_id=demand_id)
    visible = catalog.achievements.visible_to(actor).filter(state__in=OPEN_STATES)
    rows = Match.objects.filter(demand=demand, achievement__in=visible).select_related("achievement__owner")
    return _list(actor, Kind.DEMAND, demand, rows.order_by("-score", "achievement_id"), limit)


def matches_for_achievement(*, actor: Actor, achievement_id: UUID, limit: int = SHOWN) -> MatchList:
    """Demands that could use an achievement, of those the actor may see; raises NotFound."""
    achievement = listings.achievement(actor=actor, achievement_id=achievement_id)
    visible = catalog.demands.visible_to(actor).filter(state__in=OPEN_STATES)
    rows = Match.objects.filter(achievement=achievement, demand__in=visible).select_related("demand__owner")
    return _list(actor, Kind.ACHIEVEMENT, achievement, rows.order_by("-score", "demand_id"), limit)


def match_of(*, actor: Actor, demand_id: UUID, achievement_id: UUID) -> Match | None:
    """The stored match of a pair that the actor sees, or None where the two do not fit; raises NotFound."""
    listings.demand(actor=actor, demand_id=demand_id)
    listings.achievement(actor=actor, achievement_id=achievement_id)
    return Match.objects.filter(demand=demand_id, achievement=achievement_id).first()


def verdict_of(*, actor: Actor, demand_id: UUID, achievement_id: UUID) -> Verdict | None:
    """What the actor's organisation said of a pair."""
    return policy.verdicts.visible_to(actor).filter(demand=demand_id, achievement=achievement_id).first()


def snapshot(match: Match) -> dict[str, Any]:
    """The match as plain values, to be kept with an introduction as it was that day."""
    return {
        "id": str(match.achievement_id),
        "title": match.achievement.title,
        "score": round(match.score, 6),
        "level": match.level,
        "parts": match.features,
        "reasons": match.reasons,
        "reason": reasons.sentence(match.reasons),
        "model": match.model,
        "matched_at": match.matched_at.isoformat(),
    }


def _list(actor: Actor, kind: Kind, listing: Achievement | Demand, rows: QuerySet[Match], limit: int) -> MatchList:
    partner = f"{OTHER[kind].value}_id"
    said = {
        getattr(verdict, partner): verdict
        for verdict in policy.verdicts.visible_to(actor).filter(**{kind.value: listing})
    }
    is_seeking = listing.state in SEEKING
    shown = [_shown(row, kind, said) for row in rows[:MOST]] if is_seeking else []
    refused = [item for item in shown if item.verdict and item.verdict.code != Verdict.Code.FITS]
    kept = [item for item in shown if item.verdict is None or item.verdict.code == Verdict.Code.FITS]
    kept.sort(key=lambda item: item.verdict is None)  # stable: the rest stays best first
    state = MatchState.objects.filter(kind=kind, listing_id=listing.id).first()
    return MatchList(
        items=kept[:limit],
        set_aside=refused[:limit],
        is_seeking=is_seeking,
        is_waiting=is_seeking and (state is None or state.is_waiting),
        is_degraded=state is not None and state.is_degraded,
        model=state.model if state else "",
        matched_at=state.matched_at if state else None,
    )


def _shown(row: Match, kind: Kind, said: Mapping[Any, Verdict]) -> Shown:
    partner = getattr(row, OTHER[kind].value)
    return Shown(row, partner, said.get(partner.id))


def operating(*, actor: Actor) -> dict[str, Any]:
    """What the operator's page shows; counts of verdicts, never whose. Raises NotFound for all but operators."""
    if not actor.is_operator:
        raise NotFound
    verdicts = Verdict.objects.values("code").annotate(count=Count("id")).order_by("-count", "code")
    levels = Match.objects.values("level").annotate(count=Count("id")).order_by("-level")
    states = MatchState.objects
    return {
        "verdicts": [(Verdict.Code(row["code"]).label, row["count"]) for row in verdicts],
        "levels": [(Level(row["level"]).label, row["count"]) for row in levels],
        "matched": states.filter(matched_at__isnull=False, due_since_at__isnull=True).count(),
        "degraded": states.filter(is_degraded=True).count(),
        "due": queue.due().count(),
        "given_up": list(queue.given_up()[:50]),
        "job": Job.objects.filter(kind=queue.JOB).order_by("-created_at", "-id").first(),
    }
