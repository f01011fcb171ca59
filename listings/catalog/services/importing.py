"""Listings that arrive many at a time: from a file, or from another market."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from listings.catalog import rules
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.events import ListingChanged
from listings.catalog.models import Achievement, Demand, Patent, State
from listings.catalog.problems import ListingExpired
from listings.catalog.services import moves
from listings.catalog.services.achievements import columns, patent_rows
from market.kernel import audit, outbox
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.problems import InvalidInput

Data = AchievementData | DemandData


def row_errors(data: Data, *, at: datetime) -> list[dict[str, Any]]:
    """What is wrong with one row, so that a caller can leave it out and take the others."""
    on = local_date(at)
    errors = (
        rules.achievement_errors(data, on=on) if isinstance(data, AchievementData) else rules.demand_errors(data, on=on)
    )
    if rules.has_expired(data.expires_on, on=on):
        errors.append({"loc": ["expires_on"], "code": ListingExpired.code, "message": _("有效期已过")})
    return errors


def known_keys(*, actor: Actor, kind: str, rows: Mapping[str, Data], source: str) -> dict[str, str]:
    """The keys of rows that came before ("known_id"), and of those whose patent the owner lists ("patent_listed").

    Of rows that name the same patent the first is taken.
    """
    model: Any = Achievement if kind == "achievement" else Demand
    ids = model.objects.filter(source_market=source, source_id__in=list(rows)).values_list("source_id", flat=True)
    numbers = {key: _publication_nos(data) for key, data in rows.items()}
    listed = set(
        Patent.objects.filter(
            achievement__owner=actor.organisation_id,
            publication_no__in={number for found in numbers.values() for number in found},
        ).values_list("publication_no", flat=True)
    )
    known = dict.fromkeys(ids, "known_id")
    for key, found in numbers.items():
        if key not in known and listed.intersection(found):
            known[key] = "patent_listed"
        elif key not in known:
            listed.update(found)
    return known


@transaction.atomic
def import_listings(
    *,
    actor: Actor,
    kind: str,
    rows: Mapping[str, Data],
    source: str,
    at: datetime,
    versions: Mapping[str, int] | None = None,
) -> list[Achievement | Demand]:
    """Publish the rows that are not known yet, in a handful of statements; returns the new listings.

    `kind` is "achievement" or "demand"; a row's key is its id at `source` (at most 40 characters), so that an import
    can be repeated. An invalid row refuses the whole: InvalidInput names its key. Raises NotVerified, NotAllowed.
    """
    owner = moves.owner_of_new(actor, f"{kind}s")
    moves.require_verified(owner)
    errors = [error | {"loc": [key, *error["loc"]]} for key, data in rows.items() for error in row_errors(data, at=at)]
    if errors:
        raise InvalidInput(errors=errors[:100])
    known = known_keys(actor=actor, kind=kind, rows=rows, source=source)
    fresh = {key: data for key, data in rows.items() if key not in known}
    model: Any = Achievement if kind == "achievement" else Demand
    listings = [
        model(
            owner=owner,
            state=State.PUBLISHED,
            published_at=at,
            created_at=at,
            updated_at=at,
            source_market=source,
            source_id=key,
            source_version=(versions or {}).get(key),
            **(_columns(data) | {"region": data.region or owner.region}),
        )
        for key, data in fresh.items()
    ]
    model.objects.bulk_create(listings)
    Patent.objects.bulk_create(
        patent
        for row, data in zip(listings, fresh.values(), strict=True)
        if isinstance(data, AchievementData)
        for patent in patent_rows(row, data.patents)
    )
    if listings:
        changes = {"count": len(listings), "source": source}
        audit.record(f"{kind}.imported", actor=actor, subject=owner, at=at, changes=changes)
    outbox.publish_all([ListingChanged(row.id, kind, row.version) for row in listings], at=at)
    return listings


def _columns(data: Data) -> dict[str, Any]:
    return columns(data) if isinstance(data, AchievementData) else data.model_dump()


def _publication_nos(data: Data) -> list[str]:
    patents = data.patents if isinstance(data, AchievementData) else []
    return [facts.publication_no for facts in map(rules.patent_facts, patents) if facts.publication_no]
