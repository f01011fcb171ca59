"""The provider is called from here: a worker woken by the outbox, outside any request."""

from uuid import UUID

from contracts.payments import services
from contracts.payments.events import PaymentCancelled, PaymentStarted, ProviderEventReceived, RefundRequested
from market.kernel import clock, outbox


def prepare(envelope: outbox.Envelope) -> None:
    services.prepare_payment(payment_id=UUID(envelope.payload["payment_id"]), at=clock.now())


def withdraw(envelope: outbox.Envelope) -> None:
    services.withdraw_from_provider(payment_id=UUID(envelope.payload["payment_id"]))


def refund(envelope: outbox.Envelope) -> None:
    services.carry_out_refund(refund_id=UUID(envelope.payload["refund_id"]), at=clock.now())


def handle(envelope: outbox.Envelope) -> None:
    services.handle_provider_event(provider_event_id=envelope.payload["provider_event_id"], at=clock.now())


outbox.subscribe("payments.prepare", [PaymentStarted.topic], prepare)
outbox.subscribe("payments.withdraw", [PaymentCancelled.topic], withdraw)
outbox.subscribe("payments.refund", [RefundRequested.topic], refund)
outbox.subscribe("payments.provider", [ProviderEventReceived.topic], handle)
