"""What stands in the database, so that a refusal can be shown to have moved nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models

from contracts.agreements.models import Deduction, Instalment, Signature, TechnologyContract
from contracts.payments.models import Dispute, JournalEntry, JournalLine, PayeeAccount, Payment, Refund
from contracts.registration.models import Change, Correction, Registration, RegistrationEvent
from contracts.reports.models import Report, ReportFile
from contracts.turnover.models import TurnoverEntry
from market.kernel import deliveries
from market.kernel.models import AuditRow, Delivery, OutboxEvent, PrivateFile
from market.kernel.problems import Problem
from market.notices.models import Notice

TABLES: tuple[type[models.Model], ...] = (
    TechnologyContract,
    Deduction,
    Instalment,
    Signature,
    Registration,
    Correction,
    Change,
    Payment,
    Refund,
    Dispute,
    PayeeAccount,
    Report,
)
GROWING: tuple[type[models.Model], ...] = (
    RegistrationEvent,
    TurnoverEntry,
    ReportFile,
    JournalEntry,
    JournalLine,
    AuditRow,
    OutboxEvent,
    Delivery,
    PrivateFile,
    Notice,
)


def standing() -> dict[str, Any]:
    """Every row of these rooms, and how many lines each ledger, trail and queue has."""
    rows = {table.__name__: list(table._default_manager.order_by("pk").values()) for table in TABLES}
    return rows | {table.__name__: table._default_manager.count() for table in GROWING}


@contextmanager
def nothing_moves() -> Iterator[None]:
    before = standing()
    yield
    assert standing() == before


@contextmanager
def refused(problem: type[Problem]) -> Iterator[pytest.ExceptionInfo[Problem]]:
    """The block is refused with exactly this problem, and nothing of what stood has moved."""
    before = standing()
    with pytest.raises(problem) as found:
        yield found
    assert type(found.value) is problem
    assert standing() == before


def run_consumers(*names: str) -> int:
    """Deliver what is due to the named workers alone, as the relay does; returns how much there was."""
    due = Delivery.objects.filter(consumer__in=names, dead_at__isnull=True)
    ids = list(due.order_by("id").values_list("id", flat=True))
    for delivery_id in ids:
        deliveries.deliver(delivery_id)
    assert list(due.filter(id__in=ids).values_list("consumer", "last_error")) == []
    return len(ids)


def actions(subject: models.Model) -> list[str]:
    """What the audit trail says was done to a row, oldest first."""
    rows = AuditRow.objects.filter(subject_id=str(subject.pk)).order_by("id")
    return list(rows.values_list("action", flat=True))


def topics() -> list[str]:
    """Everything that was published, oldest first."""
    return list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True))
