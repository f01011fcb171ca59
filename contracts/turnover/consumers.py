"""Registration events become ledger entries."""

from contracts.registration.events import RegistrationRecorded
from contracts.turnover import services
from market.kernel.outbox import Envelope


def enter(envelope: Envelope[RegistrationRecorded]) -> None:
    services.enter_event(event_id=envelope.event.event_id)
