"""What a provider tells us: kept first under its own id, then handled from the row, once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django_fsm import can_proceed

from contracts.payments import failures
from contracts.payments.events import ProviderEventReceived
from contracts.payments.models import Payment, ProviderEvent, Rail
from contracts.payments.problems import NoticeMalformed, SignatureInvalid
from contracts.payments.rails import Refused, stripe, stripe_objects
from contracts.payments.rails.stripe_objects import ChargeObject, IntentObject, RefundObject, SessionObject
from contracts.payments.services.dispute import apply_dispute
from contracts.payments.services.payment import mark_failed, mark_succeeded
from contracts.payments.services.refund import apply_provider_refund, report_difference, return_payment
from market.kernel import outbox
from market.kernel.actor import SYSTEM
from market.kernel.changes import save_change


@transaction.atomic
def receive_provider_event(*, raw: bytes, signature: str, at: datetime) -> bool:
    """Keep a signed notice; True when it is new.

    Raises SignatureInvalid before anything is read from it, and NoticeMalformed where it is signed and yet no notice.
    """
    try:
        notice = stripe.read_notice(raw, signature)
    except ValueError as error:
        raise NoticeMalformed from error
    if notice is None:
        raise SignatureInvalid
    _, is_new = ProviderEvent.objects.get_or_create(
        provider_event_id=notice.id,
        defaults={"type": notice.type, "payload": notice.model_dump(), "received_at": at},
    )
    if is_new:
        outbox.publish(ProviderEventReceived(object_id=notice.object_id, provider_event_id=notice.id), at=at)
    return is_new


def handle_provider_event(*, provider_event_id: str, at: datetime) -> None:
    """Apply a kept notice, in the delivery's transaction; a repeat, a late or an odd one changes nothing."""
    event = ProviderEvent.objects.select_for_update().get(pk=provider_event_id)
    if event.handled_at is not None:
        return
    subject = stripe_objects.Notice.model_validate(event.payload).subject
    if subject is not None:
        handler_of(event.type)(subject, event.type, at)
    event.handled_at = at
    event.save(update_fields=["handled_at"])


@transaction.atomic
def follow_up_checkout(*, payment_id: UUID, at: datetime) -> None:
    """Ask the provider about a page that has run out and of which no notice came; may be repeated."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != Payment.State.AWAITING_PAYMENT or not payment.session_id:
        return
    session = stripe.session_now(payment.session_id)
    if isinstance(session, Refused):
        return
    kind = "checkout.session.expired" if session.status == "expired" else "checkout.session.completed"
    if session.status in {"expired", "complete"}:
        _session(session, kind, at)


def overdue_checkouts(*, at: datetime) -> list[UUID]:
    """Payments whose page has run out while nothing was heard of them."""
    rows = Payment.objects.filter(
        rail=Rail.STRIPE, state=Payment.State.AWAITING_PAYMENT, checkout_expires_at__lt=at
    ).order_by("checkout_expires_at", "id")
    return list(rows.values_list("id", flat=True)[:100])


def handler_of(kind: str) -> Callable[[Any, str, datetime], None]:
    """What is done with an object, by the beginning of the notice's kind."""
    return next(handler for beginning, handler in HANDLERS.items() if kind.startswith(beginning))


def _session(session: SessionObject, kind: str, at: datetime) -> None:
    payment = _locked(Q(session_id=session.id), named=session.named("payment_id"))
    if payment is None:
        return
    is_open = payment.state == Payment.State.AWAITING_PAYMENT and payment.session_id == session.id
    if session.payment_status == "paid":
        _arrived(payment, session.payment_intent or "", session.amount_total or 0, session.currency or "", at=at)
    elif is_open and kind == "checkout.session.expired":
        mark_failed(payment, code=failures.SESSION_EXPIRED, at=at)
    elif is_open and kind == "checkout.session.async_payment_failed":
        mark_failed(payment, code=failures.ASYNC_PAYMENT_FAILED, at=at)


def _intent(intent: IntentObject, kind: str, at: datetime) -> None:
    payment = _locked(Q(provider_id=intent.id), named=intent.named("payment_id"))
    if payment is None:
        return
    if kind == "payment_intent.succeeded":
        _arrived(payment, intent.id, intent.amount_received, intent.currency, at=at)
    elif payment.state == Payment.State.AWAITING_PAYMENT:
        # A declined card leaves the payment open: the payer may try another.
        error = intent.last_payment_error
        said = (error.decline_code, error.code) if error else ()
        payment.explain(failures.code_of(*said), (error.message if error else "") or "")
        save_change(payment, actor=SYSTEM, action="payment.declined", at=at, changes={"reason": payment.failure})


def _refund(refund: RefundObject, kind: str, at: datetime) -> None:
    payment = _locked(Q(provider_id=refund.payment_intent or "-"))
    if payment is not None:
        apply_provider_refund(payment, refund, at=at)


def _charge(charge: ChargeObject, kind: str, at: datetime) -> None:
    """The notice has a sum only; which refunds there are is asked before the row is locked."""
    provider_id = charge.payment_intent or "-"
    if not Payment.objects.filter(provider_id=provider_id).exists():
        return
    refunds = stripe.refunds_of(provider_id)
    payment = _locked(Q(provider_id=provider_id))
    for refund in refunds:
        if payment is not None:
            apply_provider_refund(payment, refund, at=at)


def _dispute(dispute: Any, kind: str, at: datetime) -> None:
    payment = _locked(Q(provider_id=dispute.payment_intent or "-"))
    if payment is not None:
        apply_dispute(payment, dispute, kind, at=at)


HANDLERS: dict[str, Callable[[Any, str, datetime], None]] = {
    "checkout.session.": _session,
    "payment_intent.": _intent,
    "refund.": _refund,
    "charge.dispute.": _dispute,
    "charge.refunded": _charge,
}


def _arrived(payment: Payment, intent_id: str, minor: int, currency: str, *, at: datetime) -> None:
    if not payment.provider_id:
        payment.provider_id = intent_id
        payment.save(update_fields=["provider_id"])
    expected = stripe.to_minor(payment.amount, payment.currency)
    if (minor, currency.upper()) != (expected, payment.currency):
        report_difference(payment, "payment", minor, currency, at=at)
    elif can_proceed(payment.succeed):
        mark_succeeded(payment, actor=SYSTEM, at=at)
    elif payment.state in {Payment.State.CANCELLED, Payment.State.FAILED}:
        return_payment(payment, at=at)


def _locked(known: Q, *, named: str = "") -> Payment | None:
    """The payment that the provider knows by this name, or that we named to it."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("contract").filter(rail=Rail.STRIPE)
    payment = rows.filter(known).first()
    if payment is None and named:
        try:
            payment = rows.filter(pk=UUID(named)).first()
        except ValueError:
            return None
    return payment
