"""What every verb on a listing does around its own step, and the moves that all kinds share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from listings.catalog import policy
from listings.catalog.events import ListingChanged, ListingPublished
from listings.catalog.kinds import kind_named, kind_of
from listings.catalog.kinds.base import Kind
from listings.catalog.problems import NotVerified
from market.accounts.models import Organisation
from market.kernel import outbox
from market.kernel.actor import Actor, Role
from market.kernel.changes import save_change
from market.kernel.problems import NotAllowed, NotSignedIn, WrongState
from market.notices.services import lazy_text, notify


def owner_of_new(actor: Actor, kind: Kind) -> Organisation:
    """The organisation for which the actor may write listings; raises NotSignedIn, NotAllowed."""
    if actor.organisation_id is None and not actor.is_signed_in:
        raise NotSignedIn
    if not policy.may_create(actor, kind) or actor.organisation_id is None:
        raise NotAllowed
    return Organisation.objects.get(pk=actor.organisation_id)


def require_verified(owner: Organisation) -> None:
    if not owner.is_verified:
        raise NotVerified


def save_listing(
    listing: Any, *, actor: Actor, action: str, at: datetime, changes: Mapping[str, Any] | None = None
) -> None:
    """Save the row with its audit row and the event that it changed."""
    code = kind_of(listing).code
    save_change(listing, actor=actor, action=f"{code}.{action}", at=at, changes=changes)
    outbox.publish(ListingChanged(listing_id=listing.id, kind=code, version=listing.version), at=at)


@transaction.atomic
def suspend_listing(*, actor: Actor, kind: str, listing_id: UUID, version: int | None, at: datetime) -> Any:
    """Hide a listing for a while; publishing brings it back."""
    listing = fetch(actor=actor, kind=kind, listing_id=listing_id, verb="suspend", version=version)
    listing.suspend(at=at)
    save_listing(listing, actor=actor, action="suspended", at=at)
    return listing


@transaction.atomic
def withdraw_listing(*, actor: Actor, kind: str, listing_id: UUID, version: int | None, at: datetime) -> Any:
    """Take one's listing back for good."""
    listing = fetch(actor=actor, kind=kind, listing_id=listing_id, verb="withdraw", version=version)
    listing.withdraw(at=at)
    save_listing(listing, actor=actor, action="withdrawn", at=at)
    return listing


@transaction.atomic
def restore_listing(*, actor: Actor, kind: str, listing_id: UUID, at: datetime) -> Any:
    """Show a listing of another market again, which that market had withdrawn. Raises WrongState."""
    rule = policy.policy_of(kind)
    listing = rule.fetch(actor=actor, pk=listing_id, lock=True, related=("owner",))
    rule.require(actor, "publish", listing)
    if not listing.source_market or not can_proceed(listing.restore):
        raise WrongState(state=listing.state)
    listing.restore(at=at)
    save_listing(listing, actor=actor, action="restored", at=at)
    outbox.publish(ListingPublished(listing_id=listing.id, kind=kind), at=at)
    return listing


@transaction.atomic
def take_down_listing(
    *, actor: Actor, kind: str, listing_id: UUID, version: int | None, reason: str, at: datetime
) -> Any:
    """The operator removes a listing that breaks the rules; its owner is told why."""
    listing = fetch(actor=actor, kind=kind, listing_id=listing_id, verb="take_down", version=version)
    listing.take_down(at=at)
    save_listing(listing, actor=actor, action="taken_down", at=at, changes={"reason": reason})
    notify(
        kind="listing_taken_down",
        title=lazy_text(lambda: _("“%(title)s”已下架") % {"title": listing.title}),
        body=reason,
        url=reverse(kind_named(kind).url_name, args=[listing.id]),
        organisation_id=listing.owner_id,
        roles=(Role.CLERK, Role.MANAGER),
        at=at,
    )
    return listing


def fetch(*, actor: Actor, kind: str, listing_id: UUID, verb: str, version: int | None) -> Any:
    """The listing, locked, for an actor who may do the verb to it now."""
    return policy.policy_of(kind).fetch(
        actor=actor, pk=listing_id, verb=verb, lock=True, version=version, related=("owner",)
    )
