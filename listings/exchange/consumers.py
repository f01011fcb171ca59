"""Every change of a listing finds its place in the feed."""

from uuid import UUID

from listings.catalog.events import ListingChanged
from listings.exchange import services
from market.kernel import outbox


def follow(envelope: outbox.Envelope) -> None:
    services.note_change(
        kind=envelope.payload["kind"], listing_id=UUID(envelope.payload["listing_id"]), at=envelope.occurred_at
    )


outbox.subscribe("exchange.feed", [ListingChanged.topic], follow)
