"""The port that every rail fills. It is called from workers, never while the row of a payment is locked."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the provider calls the payment, and the secret that lets the payer's browser pay it."""

    provider_id: str = ""
    provider_secret: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will not do it, ever; trying again is of no use."""

    reason: str


class ProviderAway(Exception):
    """The provider did not answer, or not now; the same call may be made again."""


class RailPort(Protocol):
    """Each call carries our id as the provider's idempotency key, and may be repeated."""

    def prepare(self, *, payment_id: UUID, amount: Decimal, currency: str, description: str) -> Prepared | Refused:
        """Make the payment known to the provider. Must not move money."""
        ...

    def cancel(self, *, provider_id: str) -> None:
        """Take a prepared payment back; one that is paid or gone is left as it is."""
        ...

    def refund(self, *, refund_id: UUID, provider_id: str, amount: Decimal, currency: str) -> Prepared | Refused:
        """Give money back; `provider_id` names the refund in the answer."""
        ...
