"""Every change leaves a row in the same transaction, or does not happen."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models, transaction
from structlog.contextvars import get_contextvars

from market.kernel.actor import Actor
from market.kernel.models import AuditRow


def record(
    action: str, *, actor: Actor, subject: models.Model, at: datetime, changes: Mapping[str, Any] | None = None
) -> None:
    """Write who did `action` to `subject`; must stand in the transaction of the change."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit row belongs to the transaction of its change")
    AuditRow.objects.create(
        at=at,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_id=str(subject.pk),
        actor_user_id=actor.user_id,
        actor_organisation_id=actor.organisation_id,
        actor_api_key_id=actor.api_key_id,
        changes={name: _plain(value) for name, value in (changes or {}).items()},
        request_id=str(get_contextvars().get("request_id", ""))[:64],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | UUID | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value


def history(subject: models.Model) -> models.QuerySet[AuditRow]:
    """The rows about one thing, oldest first."""
    return AuditRow.objects.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")
