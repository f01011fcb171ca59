"""Who sees a listing: one rule, said once for rows and once for search documents, and tested to be the same."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from listings.catalog.models import SHOWN_STATES, Achievement, Demand, Disclosure, Listing, State
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.policy import PUBLIC, SIGNED_IN, VERIFIED, Policy, contribute_audience, organisation_token

OWNER_KINDS = frozenset(
    {
        OrganisationKind.UNIVERSITY,
        OrganisationKind.ENTERPRISE,
        OrganisationKind.AGENCY,
        OrganisationKind.UPSTREAM_MARKET,  # owns the listings that are pulled from it
    }
)
EDITORS = (Role.CLERK, Role.MANAGER)
OPERATORS = "operators"


def visible_listings(actor: Actor) -> Q:
    """Own rows in every state; others' once they are shown, as far as their disclosure reaches."""
    if actor.is_operator:
        return Q()
    tiers = [Disclosure.PUBLIC]
    if actor.is_signed_in:
        tiers.append(Disclosure.SIGNED_IN)
    if actor.is_verified:
        tiers.append(Disclosure.VERIFIED)
    shown = Q(state__in=SHOWN_STATES, disclosure__in=tiers)
    return shown | Q(owner=actor.organisation_id) if actor.organisation_id is not None else shown


TOKEN_OF = {Disclosure.PUBLIC: PUBLIC, Disclosure.SIGNED_IN: SIGNED_IN, Disclosure.VERIFIED: VERIFIED}


def audience(listing: Any, owner_id: Any) -> list[str]:
    """The tokens of which a reader must have one to find the listing; see `visible_listings`."""
    tokens = [organisation_token(owner_id), OPERATORS]
    if listing.state in SHOWN_STATES and listing.disclosure in TOKEN_OF:
        tokens.append(TOKEN_OF[Disclosure(listing.disclosure)])
    return tokens


@contribute_audience
def operator_tokens(actor: Actor) -> set[str]:
    return {OPERATORS} if actor.is_operator else set()


def edits(actor: Actor, listing: Any) -> bool:
    return actor.acts_for(listing.owner_id) and actor.has_role(*EDITORS)


def takes_down(actor: Actor, listing: Any) -> bool:
    return actor.is_operator


VERBS: dict[str, Callable[[Actor, Any], bool]] = {
    "update": edits,
    "publish": edits,
    "suspend": edits,
    "withdraw": edits,
    "take_down": takes_down,
}
achievements = Policy(Achievement, visible=visible_listings, verbs=VERBS, scope="achievements")
demands = Policy(Demand, visible=visible_listings, verbs=VERBS, scope="demands")

STATES_OF = {
    "update": {State.DRAFT, State.PUBLISHED, State.UNDER_NEGOTIATION, State.SUSPENDED, State.EXPIRED},
    "publish": {State.DRAFT, State.SUSPENDED, State.EXPIRED},
    "suspend": {State.PUBLISHED, State.UNDER_NEGOTIATION},
    "withdraw": {State.DRAFT, State.PUBLISHED, State.UNDER_NEGOTIATION, State.SUSPENDED},
    "take_down": {State.PUBLISHED, State.UNDER_NEGOTIATION, State.SUSPENDED},
}


def allowed(actor: Actor, listing: Achievement | Demand) -> list[str]:
    """The verbs the actor may do to the listing now."""
    policy: Policy[Any] = achievements if isinstance(listing, Achievement) else demands
    return [verb for verb in policy.allowed_verbs(actor, listing) if listing.state in STATES_OF[verb]]


def may_create(actor: Actor, scope: str) -> bool:
    """Whether the actor may write listings of the scope ("achievements", "demands") for its organisation."""
    has_scope = actor.scopes is None or f"{scope}:write" in actor.scopes
    return has_scope and actor.organisation_kind in OWNER_KINDS and actor.has_role(*EDITORS)


def sees_contacts(actor: Actor, listing: Listing, owner_id: Any) -> bool:
    """Contacts are for verified organisations, the owner and the operator."""
    return actor.is_verified or actor.acts_for(owner_id) or actor.is_operator


def sees_owner(actor: Actor, demand: Demand) -> bool:
    """An anonymous demand names its owner to its own people and the operator only."""
    return not demand.is_anonymous or actor.acts_for(demand.owner_id) or actor.is_operator


def named_demands(actor: Actor) -> Q:
    """Demands whose owner the actor may know; see `sees_owner`."""
    if actor.is_operator:
        return Q()
    return Q(is_anonymous=False) | Q(owner=actor.organisation_id, owner__isnull=False)
