"""What payments tell the rest, and the provider's work that happens in workers."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class PaymentStarted(Event):
    topic: ClassVar[str] = "contracts.payments.payment.started"
    payment_id: UUID


@dataclass(frozen=True)
class PaymentSucceeded(Event):
    """Money has arrived; `deal_id` is empty for a contract that came without a deal."""

    topic: ClassVar[str] = "contracts.payments.payment.succeeded"
    payment_id: UUID
    contract_id: UUID
    deal_id: UUID | None


@dataclass(frozen=True)
class PaymentCancelled(Event):
    topic: ClassVar[str] = "contracts.payments.payment.cancelled"
    payment_id: UUID


@dataclass(frozen=True)
class RefundRequested(Event):
    topic: ClassVar[str] = "contracts.payments.refund.requested"
    refund_id: UUID


@dataclass(frozen=True)
class ProviderEventReceived(Event):
    """Keyed by the provider's object, so that its notices are handled in the order they came."""

    topic: ClassVar[str] = "contracts.payments.provider_event.received"
    object_id: str
    provider_event_id: str
