"""A contract follows its deal where that ends for good."""

from uuid import UUID

from contracts.agreements import services
from market.kernel import outbox
from matching.brokerage.events import DealMoved
from matching.brokerage.models import Deal


def follow(envelope: outbox.Envelope) -> None:
    if envelope.payload["stage"] == Deal.Stage.CIRCUMVENTED:
        services.withdraw_abandoned(deal_id=UUID(envelope.payload["deal_id"]), at=envelope.occurred_at)


outbox.subscribe("agreements.abandoned", [DealMoved.topic], follow)
