"""What follows the listings: both copies of the index, and the worker that computes the vectors of their titles."""

from collections.abc import Mapping, Sequence

from market.kernel import outbox
from search.index import encoder, encoding, engine, indexing
from search.index.tasks import encode_listings


def subscribe(topics: Sequence[str]) -> None:
    """Follow events whose payload has `kind`, `listing_id` and `version`."""
    # Whoever answers searches is not kept waiting.
    pause = outbox.PATIENT_SECONDS if engine.is_configured() else outbox.PAUSE_SECONDS
    outbox.subscribe_batch("search.postgresql", topics, indexing.write_fallback, pause_seconds=pause)
    if engine.is_configured():
        outbox.subscribe_batch("search.elasticsearch", [*topics, indexing.ENCODED], indexing.write_engine)
    if encoder.is_available():
        outbox.subscribe_batch("search.vectors", topics, wake_worker, pause_seconds=outbox.PATIENT_SECONDS)


def wake_worker(envelopes: Sequence[outbox.Envelope]) -> Mapping[int, outbox.Failure]:
    """Hand the listings to a worker; one that is lost on the way is found by the nightly pass."""
    wanted = [[kind, str(listing_id), version] for (kind, listing_id), version in indexing.wanted_of(envelopes).items()]
    for start in range(0, len(wanted), encoding.BATCH):
        encode_listings.delay(wanted=wanted[start : start + encoding.BATCH])
    return {}
