"""What happens below and moves the registry's terms."""

from contracts.registration import services
from market.kernel import outbox
from market.reference.events import CalendarYearChanged


def recount(envelope: outbox.Envelope) -> None:
    services.recount_terms(at=envelope.occurred_at)


outbox.subscribe("registration.terms", [CalendarYearChanged.topic], recount)
