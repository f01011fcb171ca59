"""Registration events become ledger entries."""

from uuid import UUID

from contracts.registration.events import RegistrationRecorded
from contracts.turnover import services
from market.kernel import outbox


def enter(envelope: outbox.Envelope) -> None:
    services.enter_event(event_id=UUID(envelope.payload["event_id"]))


outbox.subscribe("turnover.ledger", [RegistrationRecorded.topic], enter)
