"""Deals follow their contracts and payments, by the names of those events."""

from uuid import UUID

from market.kernel import outbox
from matching.brokerage import services
from matching.brokerage.events import CONTRACT_COMPLETED, CONTRACT_SIGNED, CONTRACT_TERMINATED, PAYMENT_SUCCEEDED

MOVES = {
    CONTRACT_SIGNED: services.mark_signed,
    PAYMENT_SUCCEEDED: services.mark_performing,
    CONTRACT_COMPLETED: services.mark_completed,
    CONTRACT_TERMINATED: services.mark_dissolved,
}


def follow(envelope: outbox.Envelope) -> None:
    """A contract that came without a deal moves none."""
    if deal_id := envelope.payload["deal_id"]:
        MOVES[envelope.topic](deal_id=UUID(deal_id), at=envelope.occurred_at)


outbox.subscribe("brokerage.deals", MOVES, follow)
