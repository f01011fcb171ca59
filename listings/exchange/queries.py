"""What other markets may read: what anyone may read, of our own listings."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from listings.catalog import policy
from listings.catalog.kinds import KINDS, kind_named
from listings.catalog.kinds.base import Kind
from listings.catalog.models import Disclosure
from listings.exchange.models import FeedItem
from listings.exchange.problems import FeedRefused
from market.kernel.actor import ANONYMOUS
from market.kernel.paging import CursorPage, decode_cursor, encode_cursor

NAME = "exchange"


def public_listings(kind: str) -> QuerySet[Any]:
    """Public listings on show that began here; what was pulled from another market is not passed on as ours."""
    began_here = Q(source_market="") | Q(source_market="demo") | Q(source_market__startswith="file:")
    return kind_named(kind).model._default_manager.filter(began_here, policy.on_show(Disclosure.PUBLIC))


def feed(*, since: datetime | None, cursor: str, limit: int) -> CursorPage[dict[str, Any]]:
    """Changes in their order after the cursor, or from `since` on; `next` is always given, for the next pull."""
    rows = FeedItem.objects.order_by("sequence")
    position = _position(cursor)
    if not cursor and since is not None:
        # Read first: what is numbered meanwhile is found, or is after it. An empty answer goes on from here.
        position = rows.aggregate(last=Max("sequence"))["last"] or 0
    if cursor:
        rows = rows.filter(sequence__gt=position)
    elif since is not None:
        rows = rows.filter(changed_at__gte=since)
    found = list(rows[:limit])
    last = found[-1].sequence if found else position
    return CursorPage(_items(found), encode_cursor([last], name=NAME))


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    (position,) = decode_cursor(cursor, name=NAME)
    return int(position)


def _items(found: Sequence[FeedItem]) -> list[dict[str, Any]]:
    ids: dict[str, list[UUID]] = defaultdict(list)
    for item in found:
        if not item.is_deleted:
            ids[item.kind].append(item.listing_id)
    rows: dict[UUID, Any] = {}
    for kind in KINDS.values():
        beneath = [child.field for child in kind.children]
        shown = public_listings(kind.code).filter(id__in=ids[kind.code]).select_related("owner")
        rows |= {row.id: row for row in shown.prefetch_related(*beneath)}
    return [_item(item, rows.get(item.listing_id)) for item in found]


def _item(item: FeedItem, row: Any) -> dict[str, Any]:
    """A listing that was hidden since is a tombstone already: its own comes later in the feed."""
    found: dict[str, Any] = {
        "kind": item.kind,
        "id": str(item.listing_id),
        "version": item.version,
        "changed_at": item.changed_at.isoformat(),
        "deleted": row is None,
    }
    if row is None:
        return found
    kind = kind_named(item.kind)
    address = reverse(kind.url_name, args=[row.id])
    return found | {"url": f"{settings.PUBLIC_URL}{address}", "listing": listing_values(kind, row)}


def listing_values(kind: Kind, row: Any) -> dict[str, Any]:
    """What another market is told of a listing; an anonymous one names nobody."""
    values = {field.name: getattr(row, field.name) for field in kind.columns if field.exchanged}
    values["owner"] = row.owner.name if policy.sees_owner(ANONYMOUS, row) else None
    for child in kind.children:
        values[child.field] = [
            {name: getattr(item, name) for name in child.exchanged} for item in getattr(row, child.field).all()
        ]
    return values


def source_code(text: str) -> str:
    """A source's code as it is kept with its listings; raises FeedRefused."""
    if not text or len(text) > 30 or text.startswith("file"):
        raise FeedRefused(reason="code_invalid")
    return text
