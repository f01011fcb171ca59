"""Deliveries that were given up: an operator sees why, and gives them another life."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from market.kernel import audit, clock, outbox, waking
from market.kernel.actor import Actor
from market.kernel.models import Delivery
from market.kernel.problems import NotFound


def dead_deliveries(*, actor: Actor) -> QuerySet[Delivery]:
    """The dead ones with their events, newest first; raises NotFound for all but operators."""
    _require_operator(actor)
    return Delivery.objects.filter(dead_at__isnull=False).select_related("event").order_by("-dead_at", "-id")


def waiting(*, actor: Actor) -> list[dict[str, object]]:
    """For each consumer: open and dead deliveries, and since when the oldest waits; raises NotFound."""
    _require_operator(actor)
    found = backlog()
    return [{"consumer": name, **counts} for name, counts in sorted(found.items())]


@transaction.atomic
def requeue_delivery(*, actor: Actor, delivery_id: int, at: datetime) -> Delivery:
    """Hand a dead delivery on again, as if it had never been tried; raises NotFound."""
    row = dead_deliveries(actor=actor).select_for_update(of=("self",)).filter(pk=delivery_id).first()
    if row is None:
        raise NotFound
    row.dead_at, row.attempts, row.available_at = None, 0, at
    row.save(update_fields=["dead_at", "attempts", "available_at"])
    waking.tell(row.consumer)
    audit.record("delivery.requeued", actor=actor, subject=row, at=at, changes={"consumer": row.consumer})
    return row


def backlog() -> dict[str, dict[str, float]]:
    """For each consumer: open and dead deliveries, and the age in seconds of the oldest open one."""
    found = {reader.name: {"open": 0.0, "dead": 0.0, "age_seconds": 0.0} for reader in outbox.consumers()}
    now = clock.now()
    is_open = Q(dead_at__isnull=True)
    rows = Delivery.objects.values("consumer").annotate(
        open=Count("id", filter=is_open),
        dead=Count("id", filter=~is_open),
        oldest=Min("event__recorded_at", filter=is_open),
    )
    for row in rows:
        age = (now - row["oldest"]).total_seconds() if row["oldest"] else 0.0
        found[row["consumer"]] = {"open": row["open"], "dead": row["dead"], "age_seconds": max(age, 0.0)}
    return found


def _require_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
