"""Stripe through its own SDK. Minor units are born and die here."""

from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings

from contracts.payments.rails import Prepared, ProviderAway, Refused

# Currencies without minor units; https://docs.stripe.com/currencies#zero-decimal
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
# Not about the payment: a key that an operator mends, or another worker's same request that is still under way.
PASSING = frozenset({401, 403, 409})


def is_available() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


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


def prepare(*, payment_id: UUID, amount: Decimal, currency: str, description: str) -> Prepared | Refused:
    params = {
        "amount": to_minor(amount, currency),
        "currency": currency.lower(),
        "description": description,
        "payment_method_types": ["card"],
        "metadata": {"payment_id": str(payment_id), "return_url": f"{settings.PUBLIC_URL}/payments/{payment_id}/"},
    }
    intent = _call("payment_intents.create", params, key=f"payment-{payment_id}")
    if isinstance(intent, Refused):
        return intent
    return Prepared(provider_id=intent.id, provider_secret=intent.client_secret)


def cancel(*, provider_id: str) -> None:
    _call("payment_intents.cancel", provider_id, key=f"cancel-{provider_id}")


def refund(*, refund_id: UUID, provider_id: str, amount: Decimal, currency: str) -> Prepared | Refused:
    params = {
        "payment_intent": provider_id,
        "amount": to_minor(amount, currency),
        "metadata": {"refund_id": str(refund_id)},
    }
    answer = _call("refunds.create", params, key=f"refund-{refund_id}")
    if isinstance(answer, Refused):
        return answer
    return Prepared(provider_id=answer.id)


def read_notice(raw: bytes, signature: str) -> dict[str, Any] | None:
    """The signed notice as plain values; None where the signature or its time is wrong."""
    import stripe

    try:
        event = stripe.Webhook.construct_event(raw, signature, settings.STRIPE_WEBHOOK_SECRET)
    except (ValueError, stripe.SignatureVerificationError):
        return None
    plain: dict[str, Any] = event.to_dict()
    return plain


def _call(name: str, argument: Any, *, key: str) -> Any:
    import stripe

    service, _, method = name.partition(".")
    target = getattr(getattr(client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE).v1, service), method)
    try:
        return target(argument, options={"idempotency_key": key})
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise ProviderAway(str(error)) from error
    except stripe.StripeError as error:
        if error.http_status in PASSING:
            raise ProviderAway(str(error)) from error
        return Refused(str(error.user_message or error))
