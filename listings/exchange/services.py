"""Our own feed, written one change at a time; other markets' feeds, pulled page by page."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from pydantic import AfterValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from listings.catalog import services as catalog
from listings.catalog.data import data_of
from listings.catalog.kinds import KINDS, kind_named
from listings.catalog.models import State
from listings.exchange import queries
from listings.exchange.client import fetch_page
from listings.exchange.models import FeedItem, FeedSource
from listings.exchange.problems import FeedRefused
from market.accounts.models import Organisation
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.api import Payload
from market.kernel.problems import Problem
from market.kernel.questions import AMOUNT_UNIT
from market.kernel.validation import told
from market.kernel.values import MOST_INTEGER, ExternalId

log = structlog.get_logger(__name__)

# Only one transaction at a time numbers changes, so the numbers commit in their order.
FEED_LOCK = 7_302_001
MOST_REFUSALS = 200
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
    shown = {kind: _versions(kind, newest) for kind in {kind for kind, _listing_id in newest}}
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
    if fresh:
        FeedItem.objects.bulk_create(fresh)
    if moved:
        FeedItem.objects.bulk_update(moved, ["version", "sequence", "changed_at", "is_deleted"])


def _versions(kind: str, changed: Iterable[tuple[str, UUID]]) -> dict[UUID, int]:
    """The versions of those changed listings that anyone may read."""
    ids = [listing_id for its_kind, listing_id in changed if its_kind == kind]
    return dict(queries.public_listings(kind).filter(pk__in=ids).values_list("id", "version"))


def _is_told(item: FeedItem | None, version: int | None) -> bool:
    if version is None:
        return item is None or item.is_deleted
    return item is not None and not item.is_deleted and item.version >= version


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one pull reads, however much there is."""

    pages: int = 2_000
    size_bytes: int = 500_000_000
    seconds: float = 1_800.0


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item is passed over; `number` counts the items of a pull from 1."""

    number: int
    item_id: str
    code: str
    message: str


@dataclass(slots=True)
class Pulled:
    """What a pull did; of the refused items the first two hundred are named.

    `is_complete` is false where the limits of a pull ended it: the next one goes on from there.
    """

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    refused: int = 0
    is_complete: bool = True
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, number: int, item: Mapping[str, Any], code: str, message: str) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append(Refusal(number, str(item.get("id"))[:60], code, message[:200]))


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


def pull(*, source: FeedSource, at: datetime, limits: Limits = USUAL) -> Pulled:
    """Read the feed from where the last pull ended; each page commits with its cursor. Raises FeedRefused, FeedAway.

    It ends at its limits, however long the other market goes on.
    """
    outcome = Pulled()
    ends_at, size_bytes, count = time.monotonic() + limits.seconds, 0, 0
    for _number in range(limits.pages):
        if time.monotonic() > ends_at or size_bytes > limits.size_bytes:
            break
        page = fetch_page(source.url, cursor=source.cursor)
        size_bytes += page.size_bytes
        with transaction.atomic():
            for item in page.items:
                count += 1
                _take(source, item, count, outcome, at)
            is_last = page.next is None or page.next == source.cursor
            source.cursor, source.pulled_at = page.next or source.cursor, at
            source.save(update_fields=["cursor", "pulled_at"])
        if is_last or not page.items:
            return outcome
    outcome.is_complete = False
    return outcome


def known_kind(code: str) -> str:
    """The code, unless this market lists no such kind."""
    if code not in KINDS:
        raise PydanticCustomError("literal_error", "no such kind")
    return code


class Item(Payload):
    """What an item of a feed says of itself; the listing is read when its turn comes."""

    model_config = ConfigDict(extra="ignore")

    kind: Annotated[str, AfterValidator(known_kind)]
    id: Annotated[ExternalId, Field(min_length=1, max_length=120)]
    version: Annotated[int, Field(strict=True, ge=0, le=MOST_INTEGER)]
    deleted: bool = False


def _take(source: FeedSource, item: Mapping[str, Any], number: int, outcome: Pulled, at: datetime) -> None:
    """One item of the feed, by itself; what cannot be a listing here is named and passed over."""
    try:
        with transaction.atomic():
            _apply(source, Item.model_validate(item), item, outcome, at)
    except ValidationError as error:
        first = told(error.errors(include_url=False, include_input=False))[0]
        outcome.refuse(number, item, first["code"], f"{'.'.join(map(str, first['loc']))}: {first['message']}")
    except Problem as problem:
        first = next(iter(problem.data.get("errors") or ()), {"message": problem.title, "code": problem.code})
        outcome.refuse(number, item, first["code"], str(first["message"]))
    except DatabaseError:
        log.exception("feed_item_refused", source=source.code, number=number)
        outcome.refuse(number, item, "not_kept", _("无法保存"))


def _apply(source: FeedSource, told_item: Item, item: Mapping[str, Any], outcome: Pulled, at: datetime) -> None:
    actor, kind, version = _clerk_of(source), told_item.kind, told_item.version
    pulled = kind_named(kind).model._default_manager.filter(source_market=source.code)
    known: Any = pulled.filter(source_id=told_item.id).first()
    if known is not None and known.source_version is not None and known.source_version >= version:
        outcome.unchanged += 1
        return
    if told_item.deleted:
        if known is None or known.state in OVER:
            outcome.unchanged += 1
            return
        catalog.withdraw_listing(actor=actor, kind=kind, listing_id=known.id, version=None, at=at)
        outcome.withdrawn += 1
    elif known is None:
        rows = {told_item.id: _data(kind, item)}
        versions = dict.fromkeys(rows, version)
        fresh = catalog.import_listings(actor=actor, kind=kind, rows=rows, source=source.code, versions=versions, at=at)
        outcome.added += len(fresh)
        outcome.unchanged += 1 - len(fresh)
        return
    else:
        if known.state == State.WITHDRAWN:
            catalog.restore_listing(actor=actor, kind=kind, listing_id=known.id, at=at)
        changes = _data(kind, item).model_dump(exclude_unset=True)
        # Nobody is there to be asked: what the other market shows is taken as it shows it.
        catalog.update_listing(
            actor=actor,
            kind=kind,
            listing_id=known.id,
            version=None,
            changes=changes,
            confirmed=(AMOUNT_UNIT,),
            at=at,
        )
        outcome.changed += 1
    type(known).objects.filter(pk=known.pk).update(source_version=version)


def _data(kind: str, item: Mapping[str, Any]) -> Any:
    """The listing's fields that this market knows; another market may send more."""
    model = data_of(kind_named(kind))
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
