"""What pages and endpoints show of listings, scoped by the policy."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from listings.catalog import policy
from listings.catalog.kinds import ACHIEVEMENT, DEMAND, kind_named
from listings.catalog.models import SHOWN_STATES, Achievement, Demand
from market.kernel.actor import Actor

ORDER = ("-published_at", "-id")


def shown_listings(*, actor: Actor, kind: str, **filters: Any) -> QuerySet[Any]:
    """Listings of a kind on show to the actor; the caller orders them by ORDER."""
    rows = policy.policy_of(kind).visible_to(actor).filter(state__in=SHOWN_STATES, published_at__isnull=False)
    return rows.filter(**{name: value for name, value in filters.items() if value})


def own_listings(*, actor: Actor, kind: str, text: str = "", state: str = "") -> QuerySet[Any]:
    """The organisation's listings of a kind, newest first: in every state, also those that the search leaves out.

    `text` is part of the title or of what a card says, a keyword, or names a row beneath the listing.
    """
    rows = policy.policy_of(kind).visible_to(actor).filter(owner=actor.organisation_id)
    rows = (rows.filter(state=state) if state else rows).order_by("-created_at", "-id")
    if not text:
        return rows
    its_kind = kind_named(kind)
    wanted = Q(title__icontains=text) | Q(keywords__contains=[text])
    wanted |= Q(**{f"{its_kind.teaser}__icontains": text})
    for child in its_kind.children:
        wanted |= Q(pk__in=child.model.objects.filter(child.having(text)).values(child.parent))
    return rows.filter(wanted)


def listing(*, actor: Actor, kind: str, listing_id: UUID) -> Any:
    """One listing with its owner; raises NotFound."""
    return policy.policy_of(kind).fetch(actor=actor, pk=listing_id, related=("owner",))


def shown_achievements(*, actor: Actor, **filters: Any) -> QuerySet[Achievement]:
    return shown_listings(actor=actor, kind=ACHIEVEMENT.code, **filters)


def shown_demands(*, actor: Actor, **filters: Any) -> QuerySet[Demand]:
    return shown_listings(actor=actor, kind=DEMAND.code, **filters)


def achievement(*, actor: Actor, achievement_id: UUID) -> Achievement:
    """One achievement with its owner; raises NotFound."""
    return listing(actor=actor, kind=ACHIEVEMENT.code, listing_id=achievement_id)


def demand(*, actor: Actor, demand_id: UUID) -> Demand:
    return listing(actor=actor, kind=DEMAND.code, listing_id=demand_id)
