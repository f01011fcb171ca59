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
    """Move both listings of the deal; a contract that came without a deal names none."""
    achievement_id, demand_id = envelope.payload["achievement_id"], envelope.payload["demand_id"]
    if achievement_id and demand_id:
        MOVES[envelope.topic](achievement_id=UUID(achievement_id), demand_id=UUID(demand_id), at=clock.now())


outbox.subscribe("catalog.progress", MOVES, follow)
