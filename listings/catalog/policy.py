"""Who sees a listing: one rule, said once for rows and once for search documents, and tested to be the same."""

from typing import Any

from django.db.models import Q

from listings.catalog.kinds import ACHIEVEMENT, DEMAND, KINDS, kind_named, kind_of
from listings.catalog.kinds.base import Field, Kind, Tier
from listings.catalog.models import NOT_SECRET, SHOWN_STATES, Achievement, Demand, Disclosure
from market.kernel.actor import Actor, Role
from market.kernel.policy import PUBLIC, SIGNED_IN, VERIFIED, Policy, organisation_token

OWNER_KINDS = frozenset[str]().union(*(kind.owners for kind in KINDS.values()))
EDITORS = (Role.CLERK, Role.MANAGER)
OPERATORS = "operators"
OPEN_TO_OTHERS = Q(secrecy=NOT_SECRET)


def on_show(*tiers: Disclosure) -> Q:
    """The one gate: what leaves its owner's hands, by any door, is on show to one of the tiers and not secret."""
    return OPEN_TO_OTHERS & Q(state__in=SHOWN_STATES, disclosure__in=tiers)


def visible_listings(actor: Actor) -> Q:
    """Own rows in every state; others' once they are shown, as far as their disclosure reaches."""
    if actor.is_operator:
        return Q()
    tiers = [Disclosure.PUBLIC]
    if actor.is_signed_in:
        tiers.append(Disclosure.SIGNED_IN)
    if actor.is_verified:
        tiers.append(Disclosure.VERIFIED)
    shown = on_show(*tiers)
    return shown | Q(owner=actor.organisation_id) if actor.organisation_id is not None else shown


TOKEN_OF = {Disclosure.PUBLIC: PUBLIC, Disclosure.SIGNED_IN: SIGNED_IN, Disclosure.VERIFIED: VERIFIED}


def audience(listing: Any, owner_id: Any) -> list[str]:
    """The tokens of which a reader must have one to find the listing; see `visible_listings`."""
    tokens = [organisation_token(owner_id), OPERATORS]
    if listing.state in SHOWN_STATES and listing.disclosure in TOKEN_OF and listing.secrecy == NOT_SECRET:
        tokens.append(TOKEN_OF[Disclosure(listing.disclosure)])
    return tokens


def operator_tokens(actor: Actor) -> set[str]:
    return {OPERATORS} if actor.is_operator else set()


def edits(actor: Actor, listing: Any) -> bool:
    return actor.acts_for(listing.owner_id) and actor.has_role(*EDITORS)


def takes_down(actor: Actor, listing: Any) -> bool:
    return actor.is_operator


POLICIES: dict[str, Policy[Any]] = {
    code: Policy(kind.model, visible=visible_listings, lifecycle="listings.catalog.lifecycle", scope=kind.plural)
    for code, kind in KINDS.items()
}
achievements: Policy[Achievement] = POLICIES[ACHIEVEMENT.code]
demands: Policy[Demand] = POLICIES[DEMAND.code]


def policy_of(kind: str) -> Policy[Any]:
    """The policy of a kind's rows, by its code. Raises NotFound."""
    return POLICIES[kind_named(kind).code]


def may_create(actor: Actor, kind: Kind) -> bool:
    """Whether the actor may write listings of the kind for its organisation."""
    has_scope = actor.scopes is None or f"{kind.plural}:write" in actor.scopes
    return has_scope and actor.organisation_kind in kind.owners and actor.has_role(*EDITORS)


def reads(actor: Actor, kind: Kind, field: Field, row: Any) -> bool:
    """Whether an actor that sees the row reads the field of it."""
    if is_its_own(actor, row.owner_id):
        return True
    if field.names_owner and not sees_owner(actor, row):
        return False
    match field.tier:
        case Tier.PUBLIC:
            return True
        case Tier.SIGNED_IN:
            return actor.is_signed_in
        case Tier.VERIFIED:
            return actor.is_verified
    return False  # under an agreement of confidence, which no room makes yet, or the owner's own


def is_its_own(actor: Actor, owner_id: Any) -> bool:
    """Owner and operator read everything of a listing."""
    return actor.acts_for(owner_id) or actor.is_operator


def sees_owner(actor: Actor, row: Any) -> bool:
    """A listing that hides its owner names it to its own people and the operator only."""
    switch = kind_of(row).hides_owner
    return not (switch and getattr(row, switch)) or is_its_own(actor, row.owner_id)


def named(actor: Actor, kind: Kind) -> Q:
    """Rows of the kind whose owner the actor may know; see `sees_owner`."""
    if actor.is_operator or not kind.hides_owner:
        return Q()
    return Q(**{kind.hides_owner: False}) | Q(owner=actor.organisation_id, owner__isnull=False)
