"""What pages and endpoints show of listings, scoped by the policy."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from listings.catalog import policy
from listings.catalog.models import SHOWN_STATES, Achievement, Demand
from market.kernel.actor import Actor

ORDER = ("-published_at", "-id")
L = TypeVar("L", Achievement, Demand)


def shown_achievements(*, actor: Actor, **filters: Any) -> QuerySet[Achievement]:
    """Achievements on show to the actor; the caller orders them by ORDER."""
    return _shown(policy.achievements.visible_to(actor), filters)


def shown_demands(*, actor: Actor, **filters: Any) -> QuerySet[Demand]:
    """Demands on show to the actor; the caller orders them by ORDER."""
    return _shown(policy.demands.visible_to(actor), filters)


def _shown(rows: QuerySet[L], filters: dict[str, Any]) -> QuerySet[L]:
    rows = rows.filter(state__in=SHOWN_STATES, published_at__isnull=False)
    return rows.filter(**{name: value for name, value in filters.items() if value})


def own_achievements(*, actor: Actor) -> QuerySet[Achievement]:
    """The organisation's achievements in every state, newest first."""
    rows = policy.achievements.visible_to(actor).filter(owner=actor.organisation_id)
    return rows.order_by("-created_at", "-id")


def own_demands(*, actor: Actor) -> QuerySet[Demand]:
    rows = policy.demands.visible_to(actor).filter(owner=actor.organisation_id)
    return rows.order_by("-created_at", "-id")


def achievement(*, actor: Actor, achievement_id: UUID) -> Achievement:
    """One achievement with its owner; raises NotFound."""
    return policy.achievements.fetch(actor=actor, pk=achievement_id, related=("owner",))


def demand(*, actor: Actor, demand_id: UUID) -> Demand:
    return policy.demands.fetch(actor=actor, pk=demand_id, related=("owner",))
