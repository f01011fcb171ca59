"""A delivery or a batch of them, handled exactly once in effect on the database; what fails is put off, then buried."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from kombu.exceptions import OperationalError as BrokerAway

from market.kernel import clock, outbox, waking
from market.kernel.models import Delivery, OutboxEvent

log = structlog.get_logger(__name__)

BATCH = 200
MAX_ATTEMPTS = 8
REDISPATCH = timedelta(seconds=30)
# Says nothing against an event: the batch waits as it is. Anything else that a consumer raises is one event's fault.
AWAY = (outbox.Away, OperationalError, InterfaceError, BrokerAway, OSError)
# A consumer's oldest due events; one whose predecessor of the same key was put off waits behind it.
DUE = """
    SELECT mine.id, mine.event_id, event.topic, event.payload, event.occurred_at
    FROM kernel_delivery mine JOIN kernel_outboxevent event ON event.id = mine.event_id
    WHERE mine.consumer = %s AND mine.dead_at IS NULL AND mine.available_at <= %s AND NOT EXISTS (
        SELECT FROM kernel_delivery earlier
        WHERE earlier.consumer = mine.consumer AND earlier.key = mine.key AND earlier.id < mine.id
        AND earlier.dead_at IS NULL AND earlier.available_at > %s
    ) ORDER BY mine.id LIMIT %s FOR UPDATE OF mine SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this transaction holds, with its event as stored."""

    id: int
    event_id: int
    topic: str
    payload: str
    occurred_at: datetime


def deliver(delivery_id: int) -> None:
    """Have the consumer handle one delivery, exactly once in its effect on the database.

    The attempt is committed before the handler runs, so that one which kills its worker is counted as well.
    """
    now = clock.now()
    claimed = Delivery.objects.filter(id=delivery_id, dead_at__isnull=True).update(
        attempts=F("attempts") + 1, available_at=now + REDISPATCH
    )
    if not claimed:
        return
    try:
        with transaction.atomic():
            delivery = (
                Delivery.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("event")
                .filter(id=delivery_id, dead_at__isnull=True)
                .first()
            )
            if delivery is None:
                return
            reader = outbox.consumer(delivery.consumer)
            if reader is None or not reader.handlers:
                raise LookupError(f"no consumer {delivery.consumer}")
            if delivery.attempts > MAX_ATTEMPTS:
                raise RuntimeError(delivery.last_error or "the worker was lost")
            taken = envelope(reader, delivery.event)
            reader.handlers[delivery.event.topic](taken)
            delivery.delete()
            waking.tell(delivery.consumer)  # the next one of its key is due
    except Exception as error:
        fail(delivery_id, reason=f"{type(error).__name__}: {error}")
        log.exception("delivery_failed", delivery_id=delivery_id)


def feed_batch(reader: outbox.Consumer, batch: int = BATCH) -> int:
    """Give a consumer its oldest due events; returns how many were settled.

    Where it raises, and not because what it writes to is away, each event is offered alone: the one that it cannot
    bear is put off, and in the end buried, without holding up the others.
    """
    try:
        return _feed(reader, batch)
    except AWAY:
        raise
    except Exception as error:
        log.warning("batch_taken_apart", consumer=reader.name, error=f"{type(error).__name__}: {error}"[:500])
    for settled in range(batch):
        if not _feed_one(reader):
            return settled
    return batch


def _feed_one(reader: outbox.Consumer) -> int:
    """The oldest due event alone; its failure is noted in the transaction that claims it."""
    with transaction.atomic():
        due = _take(reader.name, 1)
        if due:
            try:
                with transaction.atomic():
                    failures = _handled(reader, due)
            except AWAY:
                raise
            except Exception as error:
                log.exception("delivery_failed", delivery_id=due[0].id)
                failures = {due[0].event_id: outbox.Failure(f"{type(error).__name__}: {error}")}
            settle(due, failures)
    return len(due)


def _feed(reader: outbox.Consumer, most: int) -> int:
    with transaction.atomic():
        due = _take(reader.name, most)
        if due:
            settle(due, _handled(reader, due))
    return len(due)


def _handled(reader: outbox.Consumer, due: Sequence[Claim]) -> Mapping[int, outbox.Failure]:
    if reader.handle_batch is None:
        raise LookupError(reader.name)
    return reader.handle_batch(
        [reader.envelope(claim.event_id, claim.topic, json.loads(claim.payload), claim.occurred_at) for claim in due]
    )


def _take(consumer: str, most: int) -> list[Claim]:
    """Said in SQL: for a batch of five, what Django adds to a query is most of what handing it on costs."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [consumer, now, now, most])
        return [Claim(*row) for row in cursor.fetchall()]


def settle(due: Sequence[Claim], failures: Mapping[int, outbox.Failure]) -> None:
    """Remove what was consumed, put off or bury what was not."""
    with connection.cursor() as cursor:
        consumed = [claim.id for claim in due if claim.event_id not in failures]
        cursor.execute("DELETE FROM kernel_delivery WHERE id = ANY(%s)", [consumed])
    for claim in due:
        if failure := failures.get(claim.event_id):
            Delivery.objects.filter(id=claim.id).update(attempts=F("attempts") + 1)
            fail(claim.id, reason=failure.reason, is_permanent=failure.is_permanent)


def fail(delivery_id: int, *, reason: str, is_permanent: bool = False) -> None:
    """Put a delivery off with growing pauses; bury it after MAX_ATTEMPTS or when it can never work."""
    row = Delivery.objects.filter(id=delivery_id).first()
    if row is None:
        return
    now = clock.now()
    row.last_error = reason[:2000]
    if is_permanent or row.attempts >= MAX_ATTEMPTS:
        row.dead_at = now
    else:
        row.available_at = now + timedelta(seconds=min(2**row.attempts, 300) / 2)
    row.save(update_fields=["last_error", "dead_at", "available_at"])


def envelope(reader: outbox.Consumer, event: OutboxEvent) -> outbox.Envelope[Any]:
    """A stored event as the consumer gets it. Raises LookupError, pydantic's ValidationError."""
    return reader.envelope(event.id, event.topic, event.payload, event.occurred_at)
