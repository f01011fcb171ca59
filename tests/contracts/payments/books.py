"""What stands in the journal and the trail, and who was told."""

from decimal import Decimal
from typing import Any

from contracts.payments import journal
from contracts.payments.models import JournalEntry, JournalLine, Payment, ProviderEvent
from market.kernel import audit
from market.kernel.models import AuditRow, OutboxEvent
from market.notices.models import Notice

AMOUNT, FEN = Decimal("400000.00"), 40_000_000
ZERO = Decimal("0.00")
BOTH = {"enterprise-clerk", "enterprise-finance", "university-finance"}


def actions(subject: Any) -> list[str]:
    return list(audit.history(subject).values_list("action", flat=True))


def books(payment: Payment) -> tuple[Decimal, Decimal]:
    """What the rail holds, and what is owed under the contract."""
    return journal.balance(f"rail:{payment.rail}"), journal.received(payment.contract_id)


def kinds() -> list[str]:
    return list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))


def rows() -> Any:
    """Everything that a refused notice must leave as it was."""
    models = (ProviderEvent, OutboxEvent, AuditRow, JournalEntry, JournalLine)
    states = list(Payment.objects.order_by("id").values_list("state", "version"))
    return [model._default_manager.count() for model in models], states


def told_of(title: str) -> set[str]:
    """Who was told something that begins so, by the first part of the address."""
    found = Notice.objects.filter(title__startswith=title).values_list("user__email", flat=True)
    return {email.partition("@")[0] for email in found}
