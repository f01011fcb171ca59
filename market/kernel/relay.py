"""The relay process: it moves deliveries from the outbox to their consumers.

It hands a delivery for a worker to Celery, and gives batches to the consumers that take them. Of one consumer and key
only the oldest open delivery is handed on, so their order holds; any number of relays may run.
"""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

import structlog
from celery import Task
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef

from market.kernel import clock, deliveries, heartbeat, outbox, waking
from market.kernel.chain.duty import Sealing
from market.kernel.models import Delivery
from market.kernel.tasks import deliver

log = structlog.get_logger(__name__)

REST_SECONDS = 300.0  # an idle thread's own look, were its bell never rung
POLL_SECONDS = 5.0  # how late what no notice tells of may be: a lost notice, a delivery that was put off
SEAL_SECONDS = 0.25  # how long rows gather before they are sealed; a second is what the chain may be behind


@dataclass(frozen=True)
class Duty:
    """What one thread does when its bell rings, or when it has not for a while."""

    name: str
    step: Callable[[], int]
    pause_seconds: float
    polls: bool = False  # it has more to do than its bell tells of
    bell: threading.Event = field(default_factory=threading.Event)


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
            reader.name: Duty(f"relay-{reader.name}", partial(deliveries.feed_batch, reader), reader.pause_seconds)
            for reader in readers
            if reader.handle_batch
        }
        bells = {reader.name: workers.bell for reader in readers if reader.handlers}
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
            elif moved < deliveries.BATCH:
                # What comes in drops is gathered: a batch for each drop would keep the other threads from theirs.
                self.stopping.wait(duty.pause_seconds)
        connection.close()


def dispatch(batch: int = deliveries.BATCH) -> int:
    """Hand due deliveries to Celery; returns how many."""
    names = [reader.name for reader in outbox.consumers() if reader.handlers]
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
        Delivery.objects.filter(id__in=ids).update(available_at=now + deliveries.REDISPATCH)
    return len(ids)


def queued(task: Task) -> int:
    """Messages that wait in the queue of a task."""
    queue = task.app.amqp.router.route({}, task.name)["queue"]
    with task.app.connection_for_write() as broker:
        return int(broker.default_channel.queue_declare(queue.name).message_count)


def drain(timeout_seconds: float = 30) -> bool:
    """Wait until nothing is due; False when time ran out. For commands that end with a settled state."""
    limit = time.monotonic() + timeout_seconds
    while time.monotonic() < limit:
        if not Delivery.objects.filter(dead_at__isnull=True).exists():
            return True
        time.sleep(outbox.PAUSE_SECONDS)
    return False
