"""What listings tell the rest, and what they listen to: a deal above makes a listing busy, a contract ends it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event

# Rooms above are known here by the names of their events only.
DEAL_OPENED = "matching.brokerage.deal.opened"
DEAL_LOST = "matching.brokerage.deal.lost"
CONTRACT_SIGNED = "contracts.agreements.contract.signed"


@dataclass(frozen=True)
class ListingChanged(Event):
    """Anything about a listing changed; `kind` is "achievement" or "demand"."""

    topic: ClassVar[str] = "listings.catalog.listing.changed"
    listing_id: UUID
    kind: str
    version: int


@dataclass(frozen=True)
class ListingPublished(Event):
    topic: ClassVar[str] = "listings.catalog.listing.published"
    listing_id: UUID
    kind: str
