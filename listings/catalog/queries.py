"""What pages and endpoints show of listings, scoped by the policy."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from listings.catalog import policy
from listings.catalog.models import SHOWN_STATES, Achievement, Demand, Patent
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


def own_achievements(*, actor: Actor, text: str = "", state: str = "") -> QuerySet[Achievement]:
    """The organisation's achievements, newest first: in every state, also those that the market's search leaves out."""
    rows = _own(policy.achievements.visible_to(actor), actor, state=state)
    named = Patent.objects.filter(Q(title__icontains=text) | Q(application_no=text) | Q(publication_no=text))
    return rows.filter(_has(text, "summary") | Q(pk__in=named.values("achievement"))) if text else rows


def own_demands(*, actor: Actor, text: str = "", state: str = "") -> QuerySet[Demand]:
    """The organisation's demands, newest first, in every state."""
    rows = _own(policy.demands.visible_to(actor), actor, state=state)
    return rows.filter(_has(text, "difficulties")) if text else rows


def _own(rows: QuerySet[L], actor: Actor, *, state: str) -> QuerySet[L]:
    rows = rows.filter(owner=actor.organisation_id).order_by("-created_at", "-id")
    return rows.filter(state=state) if state else rows


def _has(text: str, field: str) -> Q:
    """Part of the title or of the field, or a keyword."""
    return Q(title__icontains=text) | Q(**{f"{field}__icontains": text}) | Q(keywords__contains=[text])


def achievement(*, actor: Actor, achievement_id: UUID) -> Achievement:
    """One achievement with its owner; raises NotFound."""
    return policy.achievements.fetch(actor=actor, pk=achievement_id, related=("owner",))


def demand(*, actor: Actor, demand_id: UUID) -> Demand:
    return policy.demands.fetch(actor=actor, pk=demand_id, related=("owner",))
