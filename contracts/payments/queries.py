"""What is left of a payment, and what is still to be paid."""

from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from contracts.agreements import policy as agreements
from contracts.agreements.models import Instalment, TechnologyContract
from contracts.payments.models import Dispute, Payment, Refund
from market.kernel.actor import Actor

ZERO = Decimal("0.00")
PAYABLE = (TechnologyContract.State.SIGNED, TechnologyContract.State.EFFECTIVE, TechnologyContract.State.COMPLETED)


def refundable(payment: Payment) -> Decimal:
    """What arrived, less what was given back, is on its way back or was taken for a dispute."""
    given = [row.amount for row in payment.refunds.all() if row.state != Refund.State.FAILED]
    taken = [row.amount for row in payment.disputes.all() if row.holds_money]
    return max(ZERO, payment.amount - sum(given, ZERO) - sum(taken, ZERO))


def kept(payment: Payment) -> Decimal:
    """What is here for good: a refund that is under way and a dispute that is not lost may still come back."""
    given = [row.amount for row in payment.refunds.all() if row.state == Refund.State.SUCCEEDED]
    lost = [row.amount for row in payment.disputes.all() if row.holds_money and row.state == Dispute.State.LOST]
    return payment.amount - sum(given, ZERO) - sum(lost, ZERO)


def open_instalments(*, actor: Actor) -> QuerySet[Instalment]:
    """Instalments between the actor's organisation and another for which no money has come, the earliest due first."""
    mine = Q(contract__seller=actor.organisation_id) | Q(contract__buyer=actor.organisation_id)
    arrived = Payment.objects.filter(instalment=OuterRef("pk"), state=Payment.State.SUCCEEDED)
    return (
        Instalment.objects.filter(mine, contract__in=agreements.contracts.visible_to(actor).values("pk"))
        .filter(~Exists(arrived), contract__state__in=PAYABLE)
        .select_related("contract__seller", "contract__buyer")
        .order_by("due_on", "contract__no", "position")
    )


def total(instalments: QuerySet[Instalment]) -> Decimal:
    return instalments.aggregate(sum=Sum("amount"))["sum"] or ZERO
