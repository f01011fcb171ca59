"""What happens below: the registry's terms are counted anew, and it hears of contracts that were dissolved."""

from contracts.agreements.events import ContractTerminated
from contracts.registration import services
from market.kernel.outbox import Envelope
from market.reference.events import CalendarYearChanged


def recount_terms(envelope: Envelope[CalendarYearChanged]) -> None:
    services.recount_terms(at=envelope.occurred_at)


def tell_registry(envelope: Envelope[ContractTerminated]) -> None:
    services.tell_registry(contract_id=envelope.event.contract_id, at=envelope.occurred_at)
