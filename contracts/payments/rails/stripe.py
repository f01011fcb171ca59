"""Stripe through its own SDK. Minor units are born and die here."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.conf import settings

from contracts.payments import failures
from contracts.payments.rails import Checkout, ProviderAway, Refused, stripe_objects
from contracts.payments.rails.stripe_objects import RefundObject, SessionObject

# Currencies without minor units; https://docs.stripe.com/currencies#zero-decimal
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
# Not about the payment: a key that an operator mends, or another worker's same request that is still under way.
PASSING = frozenset({401, 403, 409})


def is_available() -> bool:
    """The payer comes back to the portal's own address, so without one there is no page to send them to."""
    return bool(settings.STRIPE_SECRET_KEY and settings.PUBLIC_URL)


@cache
def client(secret_key: str, api_base: str) -> Any:
    """The SDK's client; imported here because the import costs 0.7 s that most processes never need."""
    import stripe

    options: dict[str, Any] = {"max_network_retries": 2}
    if api_base:
        options["base_addresses"] = {"api": api_base}
    return stripe.StripeClient(secret_key, **options)


def to_minor(amount: Decimal, currency: str) -> int:
    """Yuan as fen; raises ValueError where the amount has parts of a fen."""
    minor = amount if currency in ZERO_DECIMAL else amount * 100
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} {currency} has no whole number of minor units")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    return Decimal(minor) if currency in ZERO_DECIMAL else Decimal(minor).scaleb(-2)


def open_checkout(
    *, payment_id: UUID, payment_no: str, amount: Decimal, currency: str, description: str
) -> Checkout | Refused:
    """A Checkout Session: the payer is sent to Stripe's own page, and no script of Stripe's runs on ours."""
    address = f"{settings.PUBLIC_URL}/payments/{payment_id}/"
    metadata = {"payment_id": str(payment_id)}
    methods = list(settings.STRIPE_PAYMENT_METHODS)
    price = {
        "currency": currency.lower(),
        "unit_amount": to_minor(amount, currency),
        "product_data": {"name": description},
    }
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_method_types": methods,
        "client_reference_id": payment_no,
        "metadata": metadata,
        "payment_intent_data": {"description": description, "metadata": metadata},
        "success_url": f"{address}?returned=1",
        "cancel_url": address,
    }
    if "wechat_pay" in methods:
        params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
    session = _call("checkout.sessions.create", params, key=f"checkout-{payment_id}")
    if isinstance(session, Refused):
        return session
    return Checkout(session.id, session.url or "", datetime.fromtimestamp(session.expires_at, UTC))


def expire(*, session_id: str) -> None:
    _call("checkout.sessions.expire", session_id, key=f"expire-{session_id}")


def session_now(session_id: str) -> SessionObject | Refused:
    """The session as it stands at Stripe, for one whose notice did not come."""
    answer = _call("checkout.sessions.retrieve", session_id)
    return answer if isinstance(answer, Refused) else SessionObject.model_validate(answer.to_dict())


def refund(*, refund_id: UUID, provider_id: str, amount: Decimal, currency: str) -> RefundObject | Refused:
    """Give money back; the answer's status says whether it has gone."""
    params = {
        "payment_intent": provider_id,
        "amount": to_minor(amount, currency),
        "metadata": {"refund_id": str(refund_id)},
    }
    answer = _call("refunds.create", params, key=f"refund-{refund_id}")
    return answer if isinstance(answer, Refused) else RefundObject.model_validate(answer.to_dict())


def refunds_of(provider_id: str) -> list[RefundObject]:
    """Every refund of a payment, whoever made it; raises ProviderAway where Stripe will not say."""
    answer = _call("refunds.list", {"payment_intent": provider_id, "limit": 100})
    if isinstance(answer, Refused):
        raise ProviderAway(answer.reason)
    return [RefundObject.model_validate(item.to_dict()) for item in answer.data]


def read_notice(raw: bytes, signature: str) -> stripe_objects.Notice | None:
    """The signed notice; None where the signature or its time is wrong.

    Raises ValueError where what is signed is not what Stripe sends.
    """
    import stripe

    try:
        stripe.WebhookSignature.verify_header(
            raw, signature, settings.STRIPE_WEBHOOK_SECRET, stripe.Webhook.DEFAULT_TOLERANCE
        )
    except (ValueError, stripe.SignatureVerificationError):
        return None
    return stripe_objects.read(raw)


def _call(name: str, argument: Any, *, key: str = "") -> Any:
    import stripe

    target = attrgetter(name)(client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE).v1)
    try:
        return target(argument, options={"idempotency_key": key} if key else {})
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise ProviderAway(str(error)) from error
    except stripe.StripeError as error:
        if error.http_status in PASSING:
            raise ProviderAway(str(error)) from error
        return Refused(failures.code_of(error.code), str(error.user_message or error))
