"""What the registry does to a period that was published already."""

from contracts.registration.events import RegistrationRecorded
from contracts.reports import services
from market.kernel.outbox import Envelope


def tell_publishers(envelope: Envelope[RegistrationRecorded]) -> None:
    services.tell_of_late_event(event_id=envelope.event.event_id, at=envelope.occurred_at)
