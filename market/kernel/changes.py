"""The end of every verb: the row, its audit row and its event are saved together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction

from market.kernel import audit, outbox
from market.kernel.actor import Actor
from market.kernel.models import Versioned


def save_change(
    row: Versioned,
    *,
    actor: Actor,
    action: str,
    at: datetime,
    changes: Mapping[str, Any] | None = None,
    subject: models.Model | None = None,
    event: outbox.Event | None = None,
) -> None:
    """Save a new or changed row under its next version, with the audit row of `action` and the event.

    Must stand in the transaction that locked the row. `updated_at`, where the row has it, becomes `at`; a new row
    keeps its first version. `subject` is what the audit row is about where that is another row.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a change belongs to the transaction that locked its row")
    if not row._state.adding:
        row.bump()
    if hasattr(row, "updated_at"):
        row.updated_at = at
    row.save()
    audit.record(action, actor=actor, subject=subject or row, at=at, changes=changes)
    if event is not None:
        outbox.publish(event, at=at)
