"""Every change leaves a row in the same transaction, or does not happen."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from structlog.contextvars import get_contextvars

from market.kernel.actor import Actor
from market.kernel.clock import RUIJIN
from market.kernel.models import AuditRow, Versioned
from market.kernel.problems import Stale


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


def stale(subject: Versioned, *, actor: Actor) -> Stale:
    """What to raise where the row moved on: when it did, and whose change it was as far as the actor may know."""
    last = history(subject).last()
    if last is None:
        return Stale(current_version=subject.version)
    if last.actor_user_id is not None and last.actor_user_id == actor.user_id:
        words = _("您已于 %(at)s 在别处（例如另一窗口）更新过，请刷新后重试")
    elif last.actor_organisation_id is not None and last.actor_organisation_id == actor.organisation_id:
        words = _("本单位的人已于 %(at)s 更新过，请刷新后重试")
    else:
        words = _("内容已于 %(at)s 更新，请刷新后重试")
    at = f"{last.at.astimezone(RUIJIN):%Y-%m-%d %H:%M}"
    return Stale(words % {"at": at}, current_version=subject.version, changed_at=last.at.isoformat())


def history(subject: models.Model) -> models.QuerySet[AuditRow]:
    """The rows about one thing, oldest first."""
    return AuditRow.objects.filter(subject_kind=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")
