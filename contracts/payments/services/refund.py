"""Money going back: asked for here or at the provider, and booked as the provider says that it went."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.payments import failures, journal, policy
from contracts.payments.events import RefundRequested
from contracts.payments.models import Payment, Rail, Refund
from contracts.payments.problems import RefundTooLarge
from contracts.payments.queries import refundable
from contracts.payments.rails import Refused, stripe
from contracts.payments.rails.stripe_objects import RefundObject
from contracts.payments.services.notification import EVERYBODY, tell
from contracts.payments.services.standing import review
from market.kernel import audit, outbox
from market.kernel.actor import SYSTEM, Actor
from market.kernel.changes import save_change
from market.kernel.problems import InvalidInput
from market.kernel.questions import about_amount, require_confirmed
from market.kernel.validation import message_of

State = Refund.State
NOT_DELIVERED = frozenset({"failed", "canceled"})


@transaction.atomic
def refund_payment(
    *,
    actor: Actor,
    payment_id: UUID,
    version: int | None,
    amount: Decimal,
    reason: str,
    at: datetime,
    confirmed: Collection[str] = (),
) -> Refund:
    """Give back all or part of what arrived; raises RefundTooLarge with what is left to give back, ConfirmationNeeded.

    A bank transfer is refunded outside and booked at once; an online payment is refunded by a worker.
    """
    payment = policy.payments.fetch(
        actor=actor, pk=payment_id, verb="refund", lock=True, version=version, related=("contract",)
    )
    if amount <= 0:
        raise InvalidInput(
            errors=[{"loc": ["amount"], "code": "not_positive", "message": message_of("greater_than", gt=0)}]
        )
    if amount > (left := refundable(payment)):
        raise RefundTooLarge(_("最多可退 %(left)s 元") % {"left": f"{left:,.2f}"}, refundable=str(left))
    require_confirmed(confirmed, about_amount(amount, {_("到账金额"): payment.amount}))
    refund = Refund.objects.create(
        payment=payment, amount=amount, reason=reason, requested_by_id=actor.user_id, requested_at=at
    )
    changes = {"amount": amount, "reason": reason}
    save_change(payment, actor=actor, action="refund.requested", at=at, changes=changes, subject=refund)
    if payment.rail == Rail.BANK_TRANSFER:
        _settle(payment, refund, at=at)
    else:
        outbox.publish(RefundRequested(refund_id=refund.id), at=at)
    return refund


def return_payment(payment: Payment, *, at: datetime) -> None:
    """Send back money that arrived for a payment that is not open: booked in, and on its way out at once.

    The caller holds the row's lock. Another notice of the same money finds it booked.
    """
    if payment.journal.exists():
        return
    journal.book_payment(payment, at=at)
    refund = Refund.objects.create(
        payment=payment, amount=payment.amount, reason=_("付款已取消，款项原路退回"), requested_at=at
    )
    audit.record("payment.arrived_cancelled", actor=SYSTEM, subject=payment, at=at, changes={"amount": payment.amount})
    audit.record("refund.requested", actor=SYSTEM, subject=refund, at=at, changes={"amount": refund.amount})
    outbox.publish(RefundRequested(refund_id=refund.id), at=at)


def carry_out_refund(*, refund_id: UUID, at: datetime) -> None:
    """Refund at the provider; called by a worker, may be repeated: our id is the idempotency key."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != State.REQUESTED or refund.provider_id:
        return
    payment = refund.payment
    answer = stripe.refund(
        refund_id=refund.id, provider_id=payment.provider_id, amount=refund.amount, currency=payment.currency
    )
    with transaction.atomic():
        payment = Payment.objects.select_for_update(of=("self",)).select_related("contract").get(pk=payment.pk)
        refund = Refund.objects.get(pk=refund_id)
        if not isinstance(answer, Refused):
            _follow(payment, refund, answer, at=at)
        elif refund.state == State.REQUESTED:
            _fail(payment, refund, code=answer.code, reason=answer.reason, at=at)


def apply_provider_refund(payment: Payment, told: RefundObject, *, at: datetime) -> None:
    """What the provider says of a refund, ours or one made at its own desk. The payment's lock is held."""
    if told.currency.upper() != payment.currency:
        report_difference(payment, "refund", told.amount, told.currency, at=at)
        return
    known = payment.refunds.filter(provider_id=told.id).first()
    if known is None and (ours := told.named("refund_id")):
        known = payment.refunds.filter(pk=ours, provider_id="").first()
    if known is None:
        if told.status in NOT_DELIVERED or told.amount == 0:
            return
        amount = stripe.from_minor(told.amount, payment.currency)
        known = Refund.objects.create(
            payment=payment, amount=amount, reason=_("在支付机构发起的退款"), provider_id=told.id, requested_at=at
        )
        audit.record("refund.found", actor=SYSTEM, subject=known, at=at, changes={"amount": amount})
    _follow(payment, known, told, at=at)


def report_difference(payment: Payment, what: str, minor: int, currency: str, *, at: datetime) -> None:
    """Another sum or currency than the row's is not booked: people look at it, and are told."""
    changes = {
        "received_minor": minor,
        "currency": currency.upper(),
        "expected": payment.amount,
        "expected_currency": payment.currency,
    }
    audit.record(f"{what}.amount_differs", actor=SYSTEM, subject=payment, at=at, changes=changes)
    tell(payment, lambda: _("金额或币种不符，请核对：%(no)s") % {"no": payment.no}, to=EVERYBODY, at=at)


def _follow(payment: Payment, refund: Refund, told: RefundObject, *, at: datetime) -> None:
    """Move our row to where the provider says it is; it never moves back, in whatever order the notices come."""
    if not refund.provider_id:
        refund.provider_id = told.id
        refund.save(update_fields=["provider_id"])
    if told.status == "succeeded" and refund.state == State.REQUESTED:
        _settle(payment, refund, at=at)
    elif told.status in NOT_DELIVERED and refund.state != State.FAILED:
        _fail(payment, refund, code=failures.code_of(told.failure_reason), reason=told.failure_reason or "", at=at)


def _settle(payment: Payment, refund: Refund, *, at: datetime) -> None:
    refund.state, refund.ended_at = State.SUCCEEDED, at
    refund.save()
    journal.book_refund(refund, at=at)
    audit.record("refund.succeeded", actor=SYSTEM, subject=refund, at=at, changes={"amount": refund.amount})
    review(payment, at=at)
    tell(payment, lambda: _("已退款 %(amount)s 元：%(no)s") % _named(payment, refund), at=at)


def _fail(payment: Payment, refund: Refund, *, code: str, reason: str, at: datetime) -> None:
    """Not delivered; what was booked as gone is booked back."""
    was_booked = refund.state == State.SUCCEEDED
    refund.state, refund.ended_at = State.FAILED, at
    refund.failure_code, refund.failure = code, reason[:200]
    refund.save()
    if was_booked:
        journal.book_failed_refund(refund, at=at)
    audit.record("refund.failed", actor=SYSTEM, subject=refund, at=at, changes={"code": code, "reason": refund.failure})
    review(payment, at=at)
    tell(
        payment,
        lambda: _("退款未成功，%(amount)s 元仍在收款方：%(no)s") % _named(payment, refund),
        body=lambda: refund.failure_words,
        to=EVERYBODY,
        at=at,
    )


def _named(payment: Payment, refund: Refund) -> dict[str, str]:
    return {"amount": f"{refund.amount:,}", "no": payment.no}
