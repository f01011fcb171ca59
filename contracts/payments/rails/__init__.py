"""The port that every rail fills. It is called from workers, never while the row of a payment is locked."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Checkout:
    """The provider's page on which the payer pays, and until when it can be opened."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will not do it, ever; trying again is of no use. `code` is one of failures.LABELS."""

    code: str
    reason: str


class ProviderAway(Exception):
    """The provider did not answer, or not now; the same call may be made again."""


class RailPort(Protocol):
    """Each call carries our id as the provider's idempotency key, and may be repeated."""

    def open_checkout(
        self, *, payment_id: UUID, payment_no: str, amount: Decimal, currency: str, description: str
    ) -> Checkout | Refused:
        """Make the payment known to the provider. Must not move money."""
        ...

    def expire(self, *, session_id: str) -> None:
        """Close the page of a payment; one that is paid or gone is left as it is."""
        ...
