"""Money going back: asked for here, carried out by a worker, booked when it has happened."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from contracts.payments import journal, policy
from contracts.payments.events import RefundRequested
from contracts.payments.models import Payment, Rail, Refund
from contracts.payments.problems import RefundTooLarge
from contracts.payments.rails import Refused, stripe
from market.kernel import audit, outbox
from market.kernel.actor import SYSTEM, Actor
from market.kernel.problems import InvalidInput, WrongState


@transaction.atomic
def refund_payment(
    *, actor: Actor, payment_id: UUID, version: int | None, amount: Decimal, reason: str, at: datetime
) -> Refund:
    """Give back all or part of what arrived; raises RefundTooLarge with what is left to give back.

    A bank transfer is refunded outside and booked at once; an online payment is refunded by a worker.
    """
    payment = policy.payments.fetch(
        actor=actor, pk=payment_id, verb="refund", lock=True, version=version, related=("contract",)
    )
    if payment.state != Payment.State.SUCCEEDED:
        raise WrongState(state=payment.state)
    if amount <= 0:
        raise InvalidInput(errors=[{"loc": ["amount"], "code": "not_positive", "message": str(amount)}])
    if amount > (left := refundable(payment)):
        raise RefundTooLarge(refundable=str(left))
    refund = Refund.objects.create(
        payment=payment, amount=amount, reason=reason, requested_by_id=actor.user_id, requested_at=at
    )
    payment.bump()
    payment.updated_at = at
    payment.save()
    audit.record("refund.requested", actor=actor, subject=refund, at=at, changes={"amount": amount, "reason": reason})
    if payment.rail == Rail.BANK_TRANSFER:
        _settle(refund, at=at)
    else:
        outbox.publish(RefundRequested(refund_id=refund.id), at=at)
    return refund


def return_payment(payment: Payment, *, at: datetime) -> None:
    """Send back money that arrived for a cancelled payment: booked in, and on its way out in the same transaction.

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
    if refund.state != Refund.State.REQUESTED:
        return
    payment = refund.payment
    answer = stripe.refund(
        refund_id=refund.id, provider_id=payment.provider_id, amount=refund.amount, currency=payment.currency
    )
    with transaction.atomic():
        refund = Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_id)
        if refund.state != Refund.State.REQUESTED:
            return
        if isinstance(answer, Refused):
            refund.state, refund.failure, refund.ended_at = Refund.State.FAILED, answer.reason[:200], at
            refund.save()
            audit.record("refund.failed", actor=SYSTEM, subject=refund, at=at, changes={"reason": refund.failure})
            return
        refund.provider_id = answer.provider_id
        _settle(refund, at=at)


def refundable(payment: Payment) -> Decimal:
    """What arrived less what was given back or is on its way back."""
    given = payment.refunds.exclude(state=Refund.State.FAILED).aggregate(sum=Sum("amount"))["sum"]
    return payment.amount - (given or Decimal("0.00"))


def _settle(refund: Refund, *, at: datetime) -> None:
    refund.state, refund.ended_at = Refund.State.SUCCEEDED, at
    refund.save()
    journal.book_refund(refund, at=at)
    audit.record("refund.succeeded", actor=SYSTEM, subject=refund, at=at, changes={"amount": refund.amount})
