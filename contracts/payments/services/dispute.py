"""A payer's bank asks for its money back: opened, taken, decided, returned, in whatever order it is told."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from contracts.payments import journal
from contracts.payments.models import Dispute, Payment
from contracts.payments.rails import stripe
from contracts.payments.rails.stripe_objects import DisputeObject
from contracts.payments.services.notification import EVERYBODY, tell
from contracts.payments.services.refund import report_difference
from contracts.payments.services.standing import review
from market.kernel import audit
from market.kernel.actor import SYSTEM

State = Dispute.State
ENDS = {"won": State.WON, "lost": State.LOST, "warning_closed": State.CLOSED, "prevented": State.CLOSED}


def apply_dispute(payment: Payment, told: DisputeObject, kind: str, *, at: datetime) -> None:
    """Keep the dispute as the provider tells it, and book the money that it moves. The payment's lock is held."""
    if told.currency.upper() != payment.currency:
        report_difference(payment, "dispute", told.amount, told.currency, at=at)
        return
    dispute = payment.disputes.filter(provider_id=told.id).first() or _open(payment, told, at=at)
    if kind == "charge.dispute.funds_withdrawn" and dispute.withdrawn_at is None:
        dispute.withdrawn_at = at
        dispute.save()
        journal.book_dispute(dispute, at=at)
        _tell(payment, dispute, "withdrawn", lambda: _("因争议被扣回 %(amount)s 元：%(no)s"), at=at)
    elif kind == "charge.dispute.funds_reinstated" and dispute.reinstated_at is None:
        dispute.reinstated_at = at
        dispute.save()
        journal.book_reinstatement(dispute, at=at)
        _tell(payment, dispute, "reinstated", lambda: _("争议款 %(amount)s 元已返还：%(no)s"), at=at)
    if told.status in ENDS and dispute.state == State.OPEN:
        dispute.state, dispute.ended_at = ENDS[told.status], at
        dispute.save()
        _tell(payment, dispute, dispute.state, lambda: _("争议已有结果：%(no)s"), at=at)
    review(payment, at=at)


def _open(payment: Payment, told: DisputeObject, *, at: datetime) -> Dispute:
    due_by = told.evidence_details.due_by if told.evidence_details else None
    dispute = Dispute.objects.create(
        payment=payment,
        provider_id=told.id,
        amount=stripe.from_minor(told.amount, payment.currency),
        reason=told.reason,
        answer_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        opened_at=at,
    )
    _tell(payment, dispute, "opened", lambda: _("付款被提出争议，金额 %(amount)s 元：%(no)s"), at=at)
    return dispute


def _tell(payment: Payment, dispute: Dispute, action: str, title: Callable[[], str], *, at: datetime) -> None:
    audit.record(f"dispute.{action}", actor=SYSTEM, subject=dispute, at=at, changes={"amount": dispute.amount})
    values = {"amount": f"{dispute.amount:,}", "no": payment.no}
    tell(payment, lambda: title() % values, body=lambda: str(dispute.get_state_display()), to=EVERYBODY, at=at)
