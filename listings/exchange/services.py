"""Our own feed, written one change at a time; other markets' feeds, pulled page by page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from pydantic import ValidationError

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Achievement, Demand, State
from listings.exchange import queries
from listings.exchange.client import fetch_page
from listings.exchange.models import FeedItem, FeedSource
from listings.exchange.problems import FeedRefused
from market.accounts.models import Organisation
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.problems import Problem

# Only one transaction at a time numbers changes, so the numbers commit in their order.
FEED_LOCK = 7_302_001
MODELS: dict[str, type[Achievement] | type[Demand]] = {"achievement": Achievement, "demand": Demand}
OVER = frozenset({State.WITHDRAWN, State.TAKEN_DOWN, State.EXPIRED})


@dataclass(frozen=True, slots=True)
class Change:
    """A listing that is not what it was."""

    kind: str
    listing_id: UUID
    at: datetime


@transaction.atomic
def note_changes(changes: Sequence[Change]) -> None:
    """Put the newest state of the listings at the end of the feed, in the order of their changes.

    A listing that other markets never saw leaves no trace; one whose version they have already stays where it is.
    """
    newest = {(change.kind, change.listing_id): change for change in changes}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])
    sequence = FeedItem.objects.aggregate(last=Max("sequence"))["last"] or 0
    shown = {kind: _versions(kind, newest) for kind in MODELS}
    known = {
        (item.kind, item.listing_id): item
        for item in FeedItem.objects.filter(listing_id__in=[listing_id for _kind, listing_id in newest])
    }
    fresh: list[FeedItem] = []
    moved: list[FeedItem] = []
    for place, change in newest.items():
        version, item = shown[change.kind].get(change.listing_id), known.get(place)
        if _is_told(item, version):
            continue
        sequence += 1
        (moved if item else fresh).append(item := item or FeedItem(kind=change.kind, listing_id=change.listing_id))
        item.version = item.version + 1 if version is None else version
        item.sequence, item.changed_at, item.is_deleted = sequence, change.at, version is None
    FeedItem.objects.bulk_create(fresh)
    FeedItem.objects.bulk_update(moved, ["version", "sequence", "changed_at", "is_deleted"])


def _versions(kind: str, changed: Iterable[tuple[str, UUID]]) -> dict[UUID, int]:
    """The versions of those changed listings that anyone may read."""
    ids = [listing_id for its_kind, listing_id in changed if its_kind == kind]
    return dict(queries.public_listings(kind).filter(pk__in=ids).values_list("id", "version"))


def _is_told(item: FeedItem | None, version: int | None) -> bool:
    if version is None:
        return item is None or item.is_deleted
    return item is not None and not item.is_deleted and item.version >= version


@dataclass(slots=True)
class Pulled:
    """What a pull did."""

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    refused: int = 0


def add_source(*, code: str, url: str, organisation: Organisation, at: datetime) -> FeedSource:
    """Know another market by its feed; its organisation must be an upstream market. Raises FeedRefused."""
    if organisation.kind != OrganisationKind.UPSTREAM_MARKET:
        raise FeedRefused(reason="not_a_market")
    if not url.startswith(("https://", "http://")):
        raise FeedRefused(reason="not_http")
    source, _made = FeedSource.objects.update_or_create(
        code=code, defaults={"url": url, "organisation": organisation}, create_defaults=_new(url, organisation, at)
    )
    return source


def pull(*, source: FeedSource, at: datetime) -> Pulled:
    """Read the feed from where the last pull ended; each page commits with its cursor. Raises FeedRefused, FeedAway."""
    outcome = Pulled()
    while True:
        page = fetch_page(source.url, cursor=source.cursor)
        with transaction.atomic():
            for item in page.items:
                _take(source, item, outcome, at)
            is_last = page.next is None or page.next == source.cursor
            source.cursor, source.pulled_at = page.next or source.cursor, at
            source.save(update_fields=["cursor", "pulled_at"])
        if is_last or not page.items:
            return outcome


def _take(source: FeedSource, item: Mapping[str, Any], outcome: Pulled, at: datetime) -> None:
    """One item of the feed; what cannot be a listing here is counted and passed over."""
    model: Any = MODELS.get(str(item.get("kind")))
    version = item.get("version")
    if model is None or not isinstance(version, int) or not str(item.get("id", "")):
        outcome.refused += 1
        return
    known = model.objects.filter(source_market=source.code, source_id=str(item["id"])[:120]).first()
    if known is not None and known.source_version is not None and known.source_version >= version:
        outcome.unchanged += 1
        return
    try:
        with transaction.atomic():
            _apply(source, item, known, version, outcome, at)
    except (Problem, ValidationError):
        outcome.refused += 1


def _apply(
    source: FeedSource, item: Mapping[str, Any], known: Any, version: int, outcome: Pulled, at: datetime
) -> None:
    actor, kind = _clerk_of(source), str(item["kind"])
    if item.get("deleted"):
        if known is None or known.state in OVER:
            outcome.unchanged += 1
            return
        catalog.withdraw_listing(actor=actor, kind=kind, listing_id=known.id, version=None, at=at)
        outcome.withdrawn += 1
    elif known is None:
        rows = {str(item["id"])[:120]: _data(kind, item)}
        versions = dict.fromkeys(rows, version)
        catalog.import_listings(actor=actor, kind=kind, rows=rows, source=source.code, versions=versions, at=at)
        outcome.added += 1
        return
    else:
        changes = _data(kind, item).model_dump(exclude_unset=True)
        if kind == "achievement":
            catalog.update_achievement(actor=actor, achievement_id=known.id, version=None, changes=changes, at=at)
        else:
            catalog.update_demand(actor=actor, demand_id=known.id, version=None, changes=changes, at=at)
        outcome.changed += 1
    type(known).objects.filter(pk=known.pk).update(source_version=version)


def _data(kind: str, item: Mapping[str, Any]) -> AchievementData | DemandData:
    """The listing's fields that this market knows; another market may send more."""
    model = AchievementData if kind == "achievement" else DemandData
    listing = item.get("listing")
    values = listing if isinstance(listing, dict) else {}
    return model.model_validate({name: value for name, value in values.items() if name in model.model_fields})


def _clerk_of(source: FeedSource) -> Actor:
    """The pull acts for the market's organisation, in nobody's name."""
    row = source.organisation
    return Actor(
        name=f"feed:{source.code}",
        organisation_id=row.id,
        organisation_kind=OrganisationKind(row.kind),
        organisation_name=row.name,
        is_verified=row.is_verified,
        roles=frozenset({Role.CLERK}),
    )


def _new(url: str, organisation: Organisation, at: datetime) -> dict[str, Any]:
    return {"url": url, "organisation": organisation, "created_at": at}
