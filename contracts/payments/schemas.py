from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from contracts.payments.models import Rail
from market.kernel.api import Payload
from market.kernel.money import MAX_AMOUNT


class StartIn(Payload):
    instalment_id: UUID
    rail: Rail


class RefundIn(Payload):
    amount: Annotated[Decimal, Field(gt=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2, description="Yuan")]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class RefundOut(Schema):
    id: UUID
    amount: str
    state: str
    reason: str
    requested_at: datetime
    ended_at: datetime | None


class PaymentOut(Schema):
    """A payment; `provider_secret` is for the payer only, amounts are decimal strings in `currency`."""

    id: UUID
    no: str
    contract_id: UUID
    instalment_id: UUID
    rail: str
    amount: str
    currency: str
    state: str
    failure: str
    paid_on: date | None
    succeeded_at: datetime | None
    provider_id: str
    provider_secret: str
    refunds: list[RefundOut]
    version: int
    allowed: list[str]


class PaymentPage(Schema):
    items: list[PaymentOut]
    next: str | None
