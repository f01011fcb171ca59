"""What happens below: the registry's terms are counted anew, and it hears of contracts that were dissolved."""

from uuid import UUID

from contracts.agreements.events import ContractTerminated
from contracts.registration import services
from market.kernel import outbox
from market.reference.events import CalendarYearChanged


def recount(envelope: outbox.Envelope) -> None:
    services.recount_terms(at=envelope.occurred_at)


def hear(envelope: outbox.Envelope) -> None:
    services.tell_registry(contract_id=UUID(envelope.payload["contract_id"]), at=envelope.occurred_at)


outbox.subscribe("registration.dissolved", [ContractTerminated.topic], hear)
outbox.subscribe("registration.terms", [CalendarYearChanged.topic], recount)
