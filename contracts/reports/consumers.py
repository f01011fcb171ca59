"""What the registry does to a period that was published already."""

from uuid import UUID

from contracts.registration import queries as registration
from contracts.registration.events import RegistrationRecorded
from contracts.reports import queries, services
from market.kernel import outbox


def tell_publishers(envelope: outbox.Envelope) -> None:
    services.tell_of_late_event(event_id=UUID(envelope.payload["event_id"]), at=envelope.occurred_at)


outbox.subscribe("reports.late", [RegistrationRecorded.topic], tell_publishers)
registration.contribute_published(queries.published_names_on)
