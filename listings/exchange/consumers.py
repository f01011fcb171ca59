"""Every change of a listing finds its place in the feed; in batches, since an import changes thousands."""

from collections.abc import Mapping, Sequence

from listings.catalog.events import ListingChanged
from listings.exchange import services
from market.kernel.outbox import Envelope, Failure


def follow(envelopes: Sequence[Envelope[ListingChanged]]) -> Mapping[int, Failure]:
    services.note_changes(
        [services.Change(item.event.kind, item.event.listing_id, item.occurred_at) for item in envelopes]
    )
    return {}
