"""Whether a payment still stands for money that is here."""

from datetime import datetime

from contracts.payments.models import Payment
from contracts.payments.queries import kept
from market.kernel.actor import SYSTEM
from market.kernel.changes import save_change


def review(payment: Payment, *, at: datetime) -> None:
    """After money moved: what went back whole frees its instalment, what came back takes it again.

    The caller holds the row's lock. Where the instalment is being paid by another row meanwhile, this one stays
    refunded, and what it holds again can still be given back.
    """
    if payment.state not in Payment.ARRIVED:
        return
    is_gone = kept(payment) <= 0
    others = Payment.objects.filter(instalment=payment.instalment_id, state__in=Payment.LIVE).exclude(pk=payment.pk)
    if is_gone and payment.state == Payment.State.SUCCEEDED:
        payment.give_back()
    elif not is_gone and payment.state == Payment.State.REFUNDED and not others.exists():
        payment.come_back()
    else:
        return
    save_change(payment, actor=SYSTEM, action=f"payment.{payment.state}", at=at)
