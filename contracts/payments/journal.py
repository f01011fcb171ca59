"""Double entry: every movement debits one account and credits another by the same amount."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from contracts.payments.models import JournalEntry, JournalLine, Payment, Refund

ZERO = Decimal("0.00")


def book_payment(payment: Payment, *, at: datetime) -> JournalEntry:
    """Money came in over the rail and is owed under the contract."""
    entry = JournalEntry.objects.create(kind=JournalEntry.Kind.PAYMENT, payment=payment, booked_at=at)
    _lines(
        entry, payment, debit=f"rail:{payment.rail}", credit=f"contract:{payment.contract_id}", amount=payment.amount
    )
    return entry


def book_refund(refund: Refund, *, at: datetime) -> JournalEntry:
    """Money went back over the rail it came by."""
    payment = refund.payment
    entry = JournalEntry.objects.create(kind=JournalEntry.Kind.REFUND, payment=payment, refund=refund, booked_at=at)
    _lines(entry, payment, debit=f"contract:{payment.contract_id}", credit=f"rail:{payment.rail}", amount=refund.amount)
    return entry


def balance(account: str) -> Decimal:
    """Debits less credits of an account."""
    sums = JournalLine.objects.filter(account=account).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def received(contract_id: object) -> Decimal:
    """到账额: what has arrived under the contract, less what went back."""
    return -balance(f"contract:{contract_id}")


def _lines(entry: JournalEntry, payment: Payment, *, debit: str, credit: str, amount: Decimal) -> None:
    JournalLine.objects.bulk_create(
        [
            JournalLine(entry=entry, account=debit, debit=amount, currency=payment.currency),
            JournalLine(entry=entry, account=credit, credit=amount, currency=payment.currency),
        ]
    )
