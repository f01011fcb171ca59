"""The provider is called from here, by a worker outside any request; a first payment moves the deal below."""

from contracts.payments import services
from contracts.payments.events import (
    PaymentCancelled,
    PaymentStarted,
    PaymentSucceeded,
    ProviderEventReceived,
    RefundRequested,
)
from market.kernel import clock
from market.kernel.outbox import Envelope
from matching.brokerage import services as brokerage


def prepare(envelope: Envelope[PaymentStarted]) -> None:
    services.prepare_payment(payment_id=envelope.event.payment_id, at=clock.now())


def withdraw(envelope: Envelope[PaymentCancelled]) -> None:
    services.withdraw_from_provider(payment_id=envelope.event.payment_id)


def refund(envelope: Envelope[RefundRequested]) -> None:
    services.carry_out_refund(refund_id=envelope.event.refund_id, at=clock.now())


def handle(envelope: Envelope[ProviderEventReceived]) -> None:
    services.handle_provider_event(provider_event_id=envelope.event.provider_event_id, at=clock.now())


def perform_deal(envelope: Envelope[PaymentSucceeded]) -> None:
    """A contract that came without a deal moves none."""
    if deal_id := envelope.event.deal_id:
        brokerage.mark_performing(deal_id=deal_id, at=envelope.occurred_at)
