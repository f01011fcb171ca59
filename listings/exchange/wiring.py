"""The feed follows the listings."""

from listings.catalog.events import ListingChanged
from listings.exchange import consumers
from market.kernel import outbox


def wire() -> None:
    outbox.register_batch("exchange.feed", [ListingChanged], consumers.follow, pause_seconds=outbox.PATIENT_SECONDS)
