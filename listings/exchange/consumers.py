"""Every change of a listing finds its place in the feed; in batches, since an import changes thousands."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from listings.catalog.events import ListingChanged
from listings.exchange import services
from market.kernel import outbox


def follow(envelopes: Sequence[outbox.Envelope]) -> Mapping[int, outbox.Failure]:
    services.note_changes(
        [
            services.Change(item.payload["kind"], UUID(item.payload["listing_id"]), item.occurred_at)
            for item in envelopes
        ]
    )
    return {}


outbox.subscribe_batch("exchange.feed", [ListingChanged.topic], follow, pause_seconds=outbox.PATIENT_SECONDS)
