"""Double entry: every movement debits one account and credits another by the same amount."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from contracts.payments.models import Dispute, JournalEntry, JournalLine, Payment, Refund

ZERO = Decimal("0.00")
Kind = JournalEntry.Kind


def book_payment(payment: Payment, *, at: datetime) -> JournalEntry:
    """Money came in over the rail and is owed under the contract."""
    entry = JournalEntry.objects.create(kind=Kind.PAYMENT, payment=payment, booked_at=at)
    return _lines(entry, payment.amount, is_inward=True)


def book_refund(refund: Refund, *, at: datetime) -> JournalEntry:
    """Money went back over the rail it came by."""
    entry = JournalEntry.objects.create(kind=Kind.REFUND, payment=refund.payment, refund=refund, booked_at=at)
    return _lines(entry, refund.amount, is_inward=False)


def book_failed_refund(refund: Refund, *, at: datetime) -> JournalEntry:
    """Money that had gone back could not be delivered, and is here again."""
    entry = JournalEntry.objects.create(kind=Kind.REFUND_FAILED, payment=refund.payment, refund=refund, booked_at=at)
    return _lines(entry, refund.amount, is_inward=True)


def book_dispute(dispute: Dispute, *, at: datetime) -> JournalEntry:
    """The provider took the money away until the dispute is decided."""
    entry = JournalEntry.objects.create(kind=Kind.DISPUTE, payment=dispute.payment, dispute=dispute, booked_at=at)
    return _lines(entry, dispute.amount, is_inward=False)


def book_reinstatement(dispute: Dispute, *, at: datetime) -> JournalEntry:
    """The provider gave back what it had taken for a dispute."""
    entry = JournalEntry.objects.create(
        kind=Kind.DISPUTE_REINSTATED, payment=dispute.payment, dispute=dispute, booked_at=at
    )
    return _lines(entry, dispute.amount, is_inward=True)


def balance(account: str) -> Decimal:
    """Debits less credits of an account."""
    sums = JournalLine.objects.filter(account=account).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def received(contract_id: object) -> Decimal:
    """到账额: what has arrived under the contract, less what went back."""
    return -balance(f"contract:{contract_id}")


def _lines(entry: JournalEntry, amount: Decimal, *, is_inward: bool) -> JournalEntry:
    """The rail's account holds what came in; the contract's owes it to the seller."""
    payment = entry.payment
    debit, credit = f"rail:{payment.rail}", f"contract:{payment.contract_id}"
    if not is_inward:
        debit, credit = credit, debit
    JournalLine.objects.bulk_create(
        [
            JournalLine(entry=entry, account=debit, debit=amount, currency=payment.currency),
            JournalLine(entry=entry, account=credit, credit=amount, currency=payment.currency),
        ]
    )
    return entry
