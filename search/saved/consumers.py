"""Saved searches follow the listings that a room above registers."""

from market.kernel import outbox
from search.index.events import ListingEvent
from search.saved import alerts
from search.saved.events import SearchKept


def register(event: type[ListingEvent]) -> None:
    """Have saved searches asked of a room's listings by its event."""
    events = [event, SearchKept]
    outbox.register_batch(alerts.CONSUMER, events, alerts.follow, pause_seconds=outbox.PATIENT_SECONDS)
