"""Listings that arrive many at a time: from a file, or from another market."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from listings.catalog import rules
from listings.catalog.data import ListingData, errors_of
from listings.catalog.events import ListingChanged
from listings.catalog.kinds import kind_named
from listings.catalog.kinds.base import Kind
from listings.catalog.models import State
from listings.catalog.problems import ListingExpired, ListingIncomplete
from listings.catalog.services import moves
from listings.catalog.services.writing import child_rows, columns
from market.kernel import audit, outbox
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.problems import InvalidInput


def require_importer(*, actor: Actor, kind: str) -> None:
    """Raise NotSignedIn, NotAllowed, NotVerified, NotFound unless the actor may publish listings of the kind."""
    moves.require_verified(moves.owner_of_new(actor, kind_named(kind)))


def row_errors(kind: str, data: Any, *, at: datetime) -> list[dict[str, Any]]:
    """What is wrong with one row, so that a caller can leave it out and take the others."""
    its_kind, on = kind_named(kind), local_date(at)
    errors = errors_of(its_kind, data, on=on)
    if rules.is_over(data.expires_on, on=on):
        errors.append({"loc": ["expires_on"], "code": ListingExpired.code, "message": _("有效期已过")})
    for field in its_kind.fields:
        if field.deadline and rules.is_over(getattr(data, field.name), on=on):
            message = _("“%(field)s”已过") % {"field": its_kind.words(field)}
            errors.append({"loc": [field.name], "code": ListingIncomplete.code, "message": message})
    return errors


def known_keys(*, actor: Actor, kind: str, rows: Mapping[str, Any], source: str) -> dict[str, str]:
    """The keys of rows that came before ("known_id"), and of those whose patent the owner lists ("patent_listed").

    Of rows that name the same patent the first is taken.
    """
    its_kind = kind_named(kind)
    model = its_kind.model._default_manager
    ids = model.filter(source_market=source, source_id__in=list(rows)).values_list("source_id", flat=True)
    known = dict.fromkeys(ids, "known_id")
    for child in its_kind.children:
        named = {
            key: {child.stored(item)[child.key] for item in getattr(data, child.field)} - {""}
            for key, data in rows.items()
        }
        owned = child.model.objects.filter(
            **{f"{child.parent}__owner": actor.organisation_id, f"{child.key}__in": set().union(*named.values())}
        )
        listed = set(owned.values_list(child.key, flat=True))
        for key, values in named.items():
            if key not in known and listed.intersection(values):
                known[key] = child.listed
            elif key not in known:
                listed.update(values)
    return known


@transaction.atomic
def import_listings(
    *,
    actor: Actor,
    kind: str,
    rows: Mapping[str, ListingData],
    source: str,
    at: datetime,
    versions: Mapping[str, int] | None = None,
) -> list[Any]:
    """Publish the rows that are not known yet, in a handful of statements; returns the new listings.

    They are taken as they come, without what publishing asks for (`Field.needed`). A row's key is its id at `source`
    (at most 40 characters), so that an import can be repeated. An invalid row refuses the whole: InvalidInput names its
    key. Raises NotVerified, NotAllowed.
    """
    its_kind = kind_named(kind)
    owner = moves.owner_of_new(actor, its_kind)
    moves.require_verified(owner)
    errors = [
        error | {"loc": [key, *error["loc"]]} for key, data in rows.items() for error in row_errors(kind, data, at=at)
    ]
    if errors:
        raise InvalidInput(errors=errors[:100])
    known = known_keys(actor=actor, kind=kind, rows=rows, source=source)
    fresh: dict[str, Any] = {key: data for key, data in rows.items() if key not in known}
    given = {"owner": owner, "source_market": source, "state": State.PUBLISHED}
    given |= dict.fromkeys(("published_at", "created_at", "updated_at"), at)
    listings = [
        its_kind.model(
            **given | columns(its_kind, data) | {"region": data.region or owner.region},
            source_id=key,
            source_version=(versions or {}).get(key),
        )
        for key, data in fresh.items()
    ]
    its_kind.model._default_manager.bulk_create(listings)
    _create_children(its_kind, listings, list(fresh.values()))
    if listings:
        changes = {"count": len(listings), "source": source}
        audit.record(f"{kind}.imported", actor=actor, subject=owner, at=at, changes=changes)
    outbox.publish_all([ListingChanged(row.id, kind, row.version) for row in listings], at=at)
    return listings


def _create_children(kind: Kind, listings: list[Any], rows: list[Any]) -> None:
    for child in kind.children:
        child.model.objects.bulk_create(
            beneath
            for row, data in zip(listings, rows, strict=True)
            for beneath in child_rows(child, row, getattr(data, child.field))
        )
