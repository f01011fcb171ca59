"""A changed listing is matched anew, within seconds, against all that is there."""

from collections.abc import Mapping, Sequence

from listings.catalog.events import ListingChanged
from market.kernel import clock, outbox
from matching.matches import queue
from matching.matches.tasks import match_due
from search.index.indexing import wanted_of


def follow(envelopes: Sequence[outbox.Envelope]) -> Mapping[int, outbox.Failure]:
    """Note who is due and wake a worker; should the message be lost, the beat wakes one within a minute."""
    queue.mark_due(list(wanted_of(envelopes)), at=clock.now())
    match_due.delay()
    return {}


outbox.subscribe_batch("ranking.matches", [ListingChanged.topic], follow, pause_seconds=outbox.PATIENT_SECONDS)
