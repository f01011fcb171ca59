"""What listings hear from the rooms above, by the names of their events."""

from uuid import UUID

from listings.catalog import services
from listings.catalog.events import CONTRACT_SIGNED, DEAL_LOST, DEAL_OPENED
from market.kernel import clock, outbox

MOVES = {
    DEAL_OPENED: services.mark_negotiating,
    DEAL_LOST: services.mark_released,
    CONTRACT_SIGNED: services.mark_transacted,
}


def follow(envelope: outbox.Envelope) -> None:
    """Move the listings that the event names; a contract that came without a deal names none."""
    named = {name: envelope.payload[name] for name in ("achievement_id", "demand_id")}
    ids = {name: UUID(value) if value else None for name, value in named.items()}
    MOVES[envelope.topic](**ids, at=clock.now())


outbox.subscribe("catalog.progress", MOVES, follow)
