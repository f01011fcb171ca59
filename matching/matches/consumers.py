"""A changed listing is matched anew, within seconds, against all that is there."""

from collections.abc import Mapping, Sequence

from listings.catalog.events import ListingChanged
from market.kernel import clock
from market.kernel.outbox import Envelope, Failure
from matching.matches import queue
from matching.matches.tasks import match_due
from search.index.indexing import wanted_of


def follow(envelopes: Sequence[Envelope[ListingChanged]]) -> Mapping[int, Failure]:
    """Note who is due and wake a worker; should the message be lost, the beat wakes one within a minute."""
    queue.mark_due(list(wanted_of(envelopes)), at=clock.now())
    match_due.delay()
    return {}
