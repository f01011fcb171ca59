import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, Field

from contracts.payments.models import Rail
from market.kernel.api import Payload, Reference
from market.kernel.money import MAX_AMOUNT
from market.kernel.questions import AmountConfirmed
from market.kernel.values import Day


def plain_number(value: object) -> object:
    """Blanks and hyphens are for reading; full-width digits are digits."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value)) if isinstance(value, str) else value


AccountNumber = Annotated[str, BeforeValidator(plain_number), Field(pattern="^[0-9A-Z]{6,34}$")]


class PaymentStartIn(Payload):
    instalment_id: UUID
    rail: Rail


class RefundIn(Payload):
    amount: Annotated[Decimal, Field(gt=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2, description="Yuan")]
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    confirmed: AmountConfirmed = []


class ProofIn(Payload):
    """The form's fields beside the file `proof`."""

    paid_on: Day


class ProofRejectIn(Payload):
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class PayeeAccountIn(Payload):
    """户名、开户行、账号: where the organisation is paid by bank transfer."""

    holder: Annotated[str, Field(min_length=2, max_length=120)]
    bank: Annotated[str, Field(min_length=2, max_length=120)]
    number: AccountNumber


class PayeeAccountOut(Schema):
    holder: str
    bank: str
    number: str
    changed_at: datetime
    version: int


class PaymentRefundOut(Schema):
    id: UUID
    amount: str
    state: str
    reason: str
    failure_code: str
    failure: str
    requested_at: datetime
    ended_at: datetime | None


class DisputeOut(Schema):
    """`answer_by` is the last moment at which the provider takes evidence."""

    id: UUID
    amount: str
    state: str
    reason: str
    answer_by: datetime | None
    withdrawn_at: datetime | None
    reinstated_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None


class PaymentOut(Schema):
    """A payment; amounts are decimal strings in `currency`.

    `checkout_url` leads to the provider's page and is for the payer only; `payee_account` is for the two parties.
    `failure_code` is stable, `failure` is what the provider or the receiver said.
    """

    id: UUID
    no: str
    contract_id: UUID
    instalment_id: UUID
    payer: Reference
    payee: Reference
    payee_account: PayeeAccountOut | None
    rail: str
    amount: str
    currency: str
    state: str
    failure_code: str
    failure: str
    paid_on: date | None
    succeeded_at: datetime | None
    provider_id: str
    checkout_url: str
    checkout_expires_at: datetime | None
    refunds: list[PaymentRefundOut]
    disputes: list[DisputeOut]
    version: int
    allowed: list[str]


class PaymentPage(Schema):
    items: list[PaymentOut]
    next: str | None
