"""Moving deliveries from the outbox to their consumers.

The relay process hands a delivery for a worker to Celery, and gives batches to the consumers that take them. Of one
consumer and key only the oldest open delivery is handed on, so their order holds; any number of relays may run.
"""

import json
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from celery import Task
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef
from kombu.exceptions import OperationalError as BrokerAway

from market.kernel import clock, heartbeat, outbox, waking
from market.kernel.chain.duty import Sealing
from market.kernel.models import Delivery, OutboxEvent

log = structlog.get_logger(__name__)

BATCH = 200
REST_SECONDS = 300.0  # an idle thread's own look, were its bell never rung
POLL_SECONDS = 5.0  # how late what no notice tells of may be: a lost notice, a delivery that was put off
SEAL_SECONDS = 0.25  # how long rows gather before they are sealed; a second is what the chain may be behind
MAX_ATTEMPTS = 8
REDISPATCH = timedelta(seconds=30)
# Says nothing against an event: the batch waits as it is. Anything else that a consumer raises is one event's fault.
AWAY = (outbox.Away, OperationalError, InterfaceError, BrokerAway, OSError)
# A consumer's oldest due events; one whose predecessor of the same key was put off waits behind it.
DUE = """
    SELECT mine.id, mine.event_id, event.topic, event.key, event.payload, event.occurred_at
    FROM kernel_delivery mine JOIN kernel_outboxevent event ON event.id = mine.event_id
    WHERE mine.consumer = %s AND mine.dead_at IS NULL AND mine.available_at <= %s AND NOT EXISTS (
        SELECT FROM kernel_delivery earlier
        WHERE earlier.consumer = mine.consumer AND earlier.key = mine.key AND earlier.id < mine.id
        AND earlier.dead_at IS NULL AND earlier.available_at > %s
    ) ORDER BY mine.id LIMIT %s FOR UPDATE OF mine SKIP LOCKED
"""


@dataclass(frozen=True)
class Duty:
    """What one thread does when its bell rings, or when it has not for a while."""

    name: str
    step: Callable[[], int]
    pause_seconds: float
    polls: bool = False  # it has more to do than its bell tells of
    bell: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this transaction holds."""

    id: int
    envelope: outbox.Envelope


class Relay:
    """One thread for the deliveries of workers, one for each batch consumer, one that seals the audit chain.

    Notices of the database ring their bells, and whoever listens to these looks for what none told of.
    """

    def __init__(
        self, *, poll_seconds: float = POLL_SECONDS, listens: bool = True, names: Collection[str] | None = None
    ) -> None:
        """`names` chooses consumers; by default it serves all of them, and the chain."""
        self.poll_seconds, self.listens = poll_seconds, listens
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.duties, self.bells = self._duties(names)

    @staticmethod
    def _duties(names: Collection[str] | None) -> tuple[list[Duty], dict[str, threading.Event]]:
        readers = [reader for reader in outbox.consumers() if names is None or reader.name in names]
        workers = Duty("relay-workers", dispatch, outbox.PAUSE_SECONDS)
        sealing = Duty("relay-sealing", Sealing().step, SEAL_SECONDS, polls=True)
        batches = {
            reader.name: Duty(f"relay-{reader.name}", partial(feed_batch, reader), reader.pause_seconds)
            for reader in readers
            if reader.handle_batch
        }
        bells = {reader.name: workers.bell for reader in readers if reader.handle}
        bells |= {name: duty.bell for name, duty in batches.items()} | {waking.SEALING: sealing.bell}
        return [workers, sealing, *batches.values()] if names is None else list(batches.values()), bells

    def start(self) -> None:
        for duty in self.duties:
            self._run(duty.name, self._loop, duty)
        if self.listens:
            sweep = partial(waking.listen, sweep_seconds=self.poll_seconds)
            self._run("relay-listening", sweep, self.bells, self.stopping)

    def stop(self, timeout_seconds: float = 10) -> None:
        self.stopping.set()
        for duty in self.duties:
            duty.bell.set()
        for thread in self.threads:
            thread.join(timeout_seconds)

    def _run(self, name: str, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=name, daemon=True)
        thread.start()
        self.threads.append(thread)

    def _loop(self, duty: Duty) -> None:
        failures = 0
        while not self.stopping.is_set():
            duty.bell.clear()  # before the step, so that what comes during it rings again
            try:
                moved = duty.step()
                heartbeat.beat("relay")
                failures = 0
            except Exception as error:  # the loop outlives what it calls: a consumer, the broker or the database away
                log.warning("relay_paused", loop=duty.name, error=f"{type(error).__name__}: {error}"[:500])
                if isinstance(error, OperationalError):
                    connection.close()
                failures += 1
                self.stopping.wait(min(duty.pause_seconds * 2**failures, 5.0))
                continue
            if moved == 0:
                duty.bell.wait(self.poll_seconds if duty.polls or not self.listens else REST_SECONDS)
            elif moved < BATCH:
                # What comes in drops is gathered: a batch for each drop would keep the other threads from theirs.
                self.stopping.wait(duty.pause_seconds)
        connection.close()


def dispatch(batch: int = BATCH) -> int:
    """Hand due deliveries to Celery; returns how many."""
    from market.kernel.tasks import deliver

    names = [reader.name for reader in outbox.consumers() if reader.handle]
    now = clock.now()
    with transaction.atomic():
        earlier = Delivery.objects.filter(
            consumer=OuterRef("consumer"), key=OuterRef("key"), id__lt=OuterRef("id"), dead_at__isnull=True
        )
        due = Delivery.objects.filter(consumer__in=names, dead_at__isnull=True, available_at__lte=now)
        ids = list(
            due.filter(~Exists(earlier))
            .order_by("id")
            .select_for_update(skip_locked=True)
            .values_list("id", flat=True)[:batch]
        )
        # Workers that are behind would only be sent copies of what waits for them already.
        if ids and queued(deliver) >= batch:
            return 0
        for delivery_id in ids:
            deliver.delay(delivery_id=delivery_id)
        # A message that is lost with the broker is sent again; a copy finds the delivery gone.
        Delivery.objects.filter(id__in=ids).update(available_at=now + REDISPATCH)
    return len(ids)


def queued(task: Task) -> int:
    """Messages that wait in the queue of a task."""
    queue = task.app.amqp.router.route({}, task.name)["queue"]
    with task.app.connection_for_write() as broker:
        return int(broker.default_channel.queue_declare(queue.name).message_count)


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
            if reader is None or reader.handle is None:
                raise LookupError(f"no consumer {delivery.consumer}")
            if delivery.attempts > MAX_ATTEMPTS:
                raise RuntimeError(delivery.last_error or "the worker was lost")
            reader.handle(envelope(delivery.event))
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
                failures = {due[0].envelope.id: outbox.Failure(f"{type(error).__name__}: {error}")}
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
    return reader.handle_batch([claim.envelope for claim in due])


def _take(consumer: str, most: int) -> list[Claim]:
    """Said in SQL: for a batch of five, what Django adds to a query is most of what handing it on costs."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [consumer, now, now, most])
        return [
            Claim(delivery_id, outbox.Envelope(event_id, topic, key, json.loads(payload), occurred_at))
            for delivery_id, event_id, topic, key, payload, occurred_at in cursor.fetchall()
        ]


def settle(due: Sequence[Claim], failures: Mapping[int, outbox.Failure]) -> None:
    """Remove what was consumed, put off or bury what was not."""
    with connection.cursor() as cursor:
        consumed = [claim.id for claim in due if claim.envelope.id not in failures]
        cursor.execute("DELETE FROM kernel_delivery WHERE id = ANY(%s)", [consumed])
    for claim in due:
        if failure := failures.get(claim.envelope.id):
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


def drain(timeout_seconds: float = 30) -> bool:
    """Wait until nothing is due; False when time ran out. For commands that end with a settled state."""
    limit = time.monotonic() + timeout_seconds
    while time.monotonic() < limit:
        if not Delivery.objects.filter(dead_at__isnull=True).exists():
            return True
        time.sleep(outbox.PAUSE_SECONDS)
    return False


def envelope(event: OutboxEvent) -> outbox.Envelope:
    return outbox.Envelope(event.id, event.topic, event.key, event.payload, event.occurred_at)
