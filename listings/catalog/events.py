"""What listings tell the rest."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event
from search.index.events import ListingEvent


@dataclass(frozen=True)
class ListingChanged(ListingEvent):
    """Anything about a listing changed; `kind` is "achievement" or "demand"."""

    topic: ClassVar[str] = "listings.catalog.listing.changed"


@dataclass(frozen=True)
class ListingPublished(Event):
    topic: ClassVar[str] = "listings.catalog.listing.published"
    listing_id: UUID
    kind: str
