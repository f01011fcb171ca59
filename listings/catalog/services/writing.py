"""Organisations write what they have and what they need: drafts, changes, and the step onto the market."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from listings.catalog import rules
from listings.catalog.data import ListingData, errors_of, merged
from listings.catalog.events import ListingPublished
from listings.catalog.kinds import kind_named
from listings.catalog.kinds.base import Child, Kind
from listings.catalog.problems import ListingExpired, ListingIncomplete
from listings.catalog.services import moves
from market.kernel import outbox
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.marks import listed
from market.kernel.problems import InvalidInput, require_all
from market.kernel.questions import about_amount, require_confirmed


@transaction.atomic
def create_listing(*, actor: Actor, kind: str, data: ListingData, at: datetime) -> Any:
    """Write a draft for the actor's organisation; raises InvalidInput with every field that is wrong."""
    its_kind = kind_named(kind)
    owner = moves.owner_of_new(actor, its_kind)
    _require_valid(its_kind, data, at)
    row: Any = its_kind.model(owner=owner, created_at=at, updated_at=at, **columns(its_kind, data))
    row.region = row.region or owner.region
    moves.save_listing(row, actor=actor, action="created", at=at)
    for child in its_kind.children:
        child.model.objects.bulk_create(child_rows(child, row, getattr(data, child.field)))
    return row


@transaction.atomic
def update_listing(
    *,
    actor: Actor,
    kind: str,
    listing_id: UUID,
    version: int | None,
    changes: Mapping[str, Any],
    at: datetime,
    confirmed: Collection[str] = (),
) -> Any:
    """Change the named fields; the whole must be valid afterwards.

    Raises InvalidInput, WrongState, and ConfirmationNeeded for an amount ten thousand times off the one before.
    """
    its_kind = kind_named(kind)
    row = moves.fetch(actor=actor, kind=kind, listing_id=listing_id, verb="update", version=version)
    data = merged(its_kind, row, changes)
    _require_valid(its_kind, data, at)
    if amount := its_kind.amount:
        before = {str(its_kind.phrases.amount_before): getattr(row, amount)}
        require_confirmed(confirmed, about_amount(getattr(data, amount), before))
    for name, value in columns(its_kind, data).items():
        setattr(row, name, value)
    moves.save_listing(row, actor=actor, action="updated", at=at, changes={"fields": sorted(changes)})
    for child in its_kind.children:
        if child.field in changes:
            _reconcile(child, row, getattr(data, child.field))
    return row


@transaction.atomic
def publish_listing(*, actor: Actor, kind: str, listing_id: UUID, version: int | None, at: datetime) -> Any:
    """Put it on the market.

    Raises NotVerified, ListingIncomplete, ListingExpired, PatentLapsed where every patent's term has ended, or several
    of them as SeveralProblems; WrongState.
    """
    row = moves.fetch(actor=actor, kind=kind, listing_id=listing_id, verb="publish", version=version)
    its_kind, on = kind_named(kind), local_date(at)
    require_all(
        lambda: moves.require_verified(row.owner),
        lambda: _require_in_time(row, on=on),
        lambda: _require_complete(its_kind, row, on=on),
        lambda: its_kind.require_publishable(row, on=on),
    )
    row.publish(at=at)
    moves.save_listing(row, actor=actor, action="published", at=at)
    outbox.publish(ListingPublished(listing_id=row.id, kind=kind), at=at)
    return row


def columns(kind: Kind, data: ListingData) -> dict[str, Any]:
    """The values of the row's columns."""
    values = data.model_dump(exclude={child.field for child in kind.children})
    for field in kind.columns:
        if field.normalise is not None:
            values[field.name] = [field.normalise(value) for value in values[field.name]]
    return values


def child_rows(child: Child, row: Any, items: Sequence[Any]) -> list[Any]:
    """The rows beneath a listing, not saved yet."""
    return [child.model(**{child.parent: row}, **child.stored(item)) for item in items]


def _require_valid(kind: Kind, data: ListingData, at: datetime) -> None:
    if errors := errors_of(kind, data, on=local_date(at)):
        raise InvalidInput(errors=errors)


def _require_in_time(row: Any, *, on: date) -> None:
    """Raise ListingExpired, naming the last day."""
    if rules.is_over(row.expires_on, on=on):
        words = _("有效期到 %(day)s 为止，请先修改有效期再发布") % {"day": row.expires_on}
        raise ListingExpired(words, expires_on=row.expires_on)


def _require_complete(kind: Kind, row: Any, *, on: date) -> None:
    """Raise ListingIncomplete with all that is missing or over at once."""
    missing = [field for field in kind.fields if field.needed and not _says(kind, row, (field.name, *field.instead))]
    over = [field for field in kind.fields if field.deadline and rules.is_over(getattr(row, field.name), on=on)]
    if missing or over:
        words = [_("缺少“%(field)s”") % {"field": kind.words(field)} for field in missing]
        words += [_("“%(field)s”已过") % {"field": kind.words(field)} for field in over]
        names = {"missing": [field.name for field in missing], "over": [field.name for field in over]}
        raise ListingIncomplete(listed(words), **names)


def _says(kind: Kind, row: Any, names: Sequence[str]) -> bool:
    children = {child.field for child in kind.children}
    return any(getattr(row, name).exists() if name in children else getattr(row, name) for name in names)


def _reconcile(child: Child, row: Any, items: Sequence[Any]) -> None:
    """The rows as the owner names them now; one that stays keeps what no owner types."""
    known = list(getattr(row, child.field).all())
    fresh = []
    for new in child_rows(child, row, items):
        old = next((other for other in known if child.is_same(other, new)), None)
        if old is None:
            fresh.append(new)
            continue
        known.remove(old)
        child.take_over(old, new)
        old.save()
    child.model.objects.filter(pk__in=[old.pk for old in known]).delete()
    child.model.objects.bulk_create(fresh)
