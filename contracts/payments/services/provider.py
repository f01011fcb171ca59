"""What a provider tells us: kept first under its own id, then handled from the row, once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from contracts.payments.events import ProviderEventReceived
from contracts.payments.models import Payment, ProviderEvent
from contracts.payments.problems import SignatureInvalid
from contracts.payments.rails import stripe
from contracts.payments.services.payment import mark_succeeded
from contracts.payments.services.refund import return_payment
from market.kernel import audit, outbox
from market.kernel.actor import SYSTEM


@transaction.atomic
def receive_provider_event(*, raw: bytes, signature: str, at: datetime) -> bool:
    """Keep a signed notice; True when it is new. Raises SignatureInvalid before anything is read from it."""
    notice = stripe.read_notice(raw, signature)
    if notice is None:
        raise SignatureInvalid
    _, is_new = ProviderEvent.objects.get_or_create(
        provider_event_id=notice["id"], defaults={"type": notice["type"], "payload": notice, "received_at": at}
    )
    if is_new:
        object_id = str(notice["data"]["object"].get("id", notice["id"]))
        outbox.publish(ProviderEventReceived(object_id=object_id, provider_event_id=notice["id"]), at=at)
    return is_new


def handle_provider_event(*, provider_event_id: str, at: datetime) -> None:
    """Apply a kept notice, in the delivery's transaction; a repeat, a late or an odd one changes nothing."""
    event = ProviderEvent.objects.select_for_update().get(pk=provider_event_id)
    if event.handled_at is not None:
        return
    subject: dict[str, Any] = event.payload["data"]["object"]
    if event.type == "payment_intent.succeeded":
        _succeeded(subject, at=at)
    elif event.type == "payment_intent.payment_failed":
        _failed(subject, at=at)
    event.handled_at = at
    event.save(update_fields=["handled_at"])


def _payment_of(subject: dict[str, Any]) -> Payment | None:
    return (
        Payment.objects.select_for_update(of=("self",))
        .select_related("contract")
        .filter(provider_id=subject["id"])
        .first()
    )


def _succeeded(subject: dict[str, Any], *, at: datetime) -> None:
    payment = _payment_of(subject)
    if payment is None:
        return
    if subject["amount_received"] != stripe.to_minor(payment.amount, payment.currency):
        audit.record(
            "payment.amount_differs",
            actor=SYSTEM,
            subject=payment,
            at=at,
            changes={"received_minor": subject["amount_received"], "expected": payment.amount},
        )
        return
    if can_proceed(payment.succeed):
        mark_succeeded(payment, actor=SYSTEM, at=at)
    elif payment.state == Payment.State.CANCELLED:
        return_payment(payment, at=at)


def _failed(subject: dict[str, Any], *, at: datetime) -> None:
    """A declined card leaves the payment open: the payer may try another."""
    payment = _payment_of(subject)
    if payment is None or payment.state != Payment.State.AWAITING_PAYMENT:
        return
    error = subject.get("last_payment_error") or {}
    payment.failure = str(error.get("message", ""))[:200]
    payment.bump()
    payment.updated_at = at
    payment.save()
    audit.record("payment.declined", actor=SYSTEM, subject=payment, at=at, changes={"reason": payment.failure})
