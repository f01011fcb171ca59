"""What is read of Stripe's objects, checked before a notice is kept; https://docs.stripe.com/api."""

import json
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from market.kernel.http import refuse_unreadable
from market.kernel.problems import InvalidInput

Id = Annotated[str, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(max_length=60)]
Currency = Annotated[str, Field(pattern="^[a-z]{3}$")]
# Stripe's largest amount has twelve digits.
Minor = Annotated[int, Field(ge=0, lt=10**12, strict=True)]


class StripeObject(BaseModel):
    """The fields that are used; Stripe sends many more."""

    model_config = ConfigDict(extra="ignore")

    id: Id
    metadata: dict[str, str] | None = None

    def named(self, key: str) -> str:
        return (self.metadata or {}).get(key, "")


class SessionObject(StripeObject):
    """An order; one that asks for no money, of another application of the account, has no sum and no currency."""

    status: Code | None = None
    payment_status: Code
    amount_total: Minor | None = None
    currency: Currency | None = None
    payment_intent: Id | None = None


class PaymentError(BaseModel):
    code: Code | None = None
    decline_code: Code | None = None
    message: str | None = None


class IntentObject(StripeObject):
    amount_received: Minor
    currency: Currency
    last_payment_error: PaymentError | None = None


class RefundObject(StripeObject):
    status: Code | None = None
    amount: Minor
    currency: Currency
    payment_intent: Id | None = None
    failure_reason: Code | None = None


class ChargeObject(StripeObject):
    payment_intent: Id | None = None


class Evidence(BaseModel):
    due_by: Annotated[int, Field(ge=0, lt=2**33)] | None = None


class DisputeObject(StripeObject):
    status: Code
    reason: Code = ""
    amount: Minor
    currency: Currency
    payment_intent: Id | None = None
    evidence_details: Evidence | None = None


class Data(BaseModel):
    object: dict[str, Any]


class Notice(BaseModel):
    """An event of Stripe's; `subject` is its object, where it is of a kind that is listened to."""

    model_config = ConfigDict(extra="ignore")

    id: Id
    type: Id
    data: Data

    @property
    def object_id(self) -> str:
        return str(self.data.object.get("id", self.id))[:100]

    @property
    def subject(self) -> StripeObject | None:
        kind = KINDS.get(self.type)
        return kind.model_validate(self.data.object) if kind else None


# The kinds of notice that an endpoint at Stripe must be set up to send.
KINDS: dict[str, type[StripeObject]] = {
    "checkout.session.completed": SessionObject,
    "checkout.session.expired": SessionObject,
    "checkout.session.async_payment_succeeded": SessionObject,
    "checkout.session.async_payment_failed": SessionObject,
    "payment_intent.succeeded": IntentObject,
    "payment_intent.payment_failed": IntentObject,
    "refund.created": RefundObject,
    "refund.updated": RefundObject,
    "refund.failed": RefundObject,
    "charge.refunded": ChargeObject,
    "charge.dispute.created": DisputeObject,
    "charge.dispute.updated": DisputeObject,
    "charge.dispute.closed": DisputeObject,
    "charge.dispute.funds_withdrawn": DisputeObject,
    "charge.dispute.funds_reinstated": DisputeObject,
}


def read(raw: bytes) -> Notice:
    """Raises ValueError where it is no event, or its object lacks what its kind has."""
    body = orjson.loads(raw)
    try:
        refuse_unreadable(body)
    except InvalidInput as problem:
        raise ValueError(problem.detail) from problem
    json.dumps(body, allow_nan=False)
    notice = Notice.model_validate(body)
    _ = notice.subject
    return notice
