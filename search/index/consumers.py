"""What follows the listings: both copies of the index, and the worker that computes the vectors of their titles."""

from collections.abc import Mapping, Sequence

from market.kernel import outbox
from search.index import encoder, encoding, engine, indexing
from search.index.events import ListingEncoded, ListingEvent
from search.index.tasks import encode_listings


def register(event: type[ListingEvent]) -> None:
    """Have the index follow a room's listings by its event."""
    # Whoever answers searches is not kept waiting.
    pause = outbox.PATIENT_SECONDS if engine.is_configured() else outbox.PAUSE_SECONDS
    outbox.register_batch("search.postgresql", [event], indexing.write_fallback, pause_seconds=pause)
    if engine.is_configured():
        outbox.register_batch("search.elasticsearch", [event, ListingEncoded], indexing.write_engine)
    if encoder.is_available():
        outbox.register_batch("search.vectors", [event], wake_worker, pause_seconds=outbox.PATIENT_SECONDS)


def wake_worker(envelopes: Sequence[outbox.Envelope[ListingEvent]]) -> Mapping[int, outbox.Failure]:
    """Hand the listings to a worker; one that is lost on the way is found by the nightly pass."""
    wanted = [[kind, str(listing_id), version] for (kind, listing_id), version in indexing.wanted_of(envelopes).items()]
    for start in range(0, len(wanted), encoding.BATCH):
        encode_listings.delay(wanted=wanted[start : start + encoding.BATCH])
    return {}
