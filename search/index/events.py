"""What the index follows, and what it tells itself."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class ListingEvent(Event):
    """Something about a listing changed: what a room above registers with the index is one of these."""

    listing_id: UUID
    kind: str
    version: int


@dataclass(frozen=True)
class ListingEncoded(ListingEvent):
    """The vector of a listing's title is there; the index wants it."""

    topic: ClassVar[str] = "search.listing.encoded"
