"""Events leave the database with the transaction that made them true, or not at all.

`publish` writes the event and one delivery for each consumer; the relay process hands deliveries on. A delivery is
removed in the transaction of its effect, so an effect on the database happens exactly once however often a worker
dies. Deliveries wait in the table until done, so a late commit with a low id is never skipped (faults 9, 10, 14).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction

from market.kernel import clock
from market.kernel.models import Delivery, OutboxEvent


class Away(Exception):
    """What a consumer writes to is away as a whole, which no event is to blame for."""


class Event:
    """A past-tense fact with ids and plain values; subclasses are frozen dataclasses.

    `topic` is `<package>.<room>.<fact>`; `key` groups events whose order matters, usually the row's id.
    """

    topic: ClassVar[str]

    @property
    def key(self) -> str:
        """The first field: by convention the id of the row the fact is about."""
        return str(next(iter(asdict(self).values())))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as a consumer gets it; payload values are strings, numbers, booleans or null."""

    id: int
    topic: str
    key: str
    payload: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one event of a batch was not consumed; a permanent one goes to the dead letters at once."""

    reason: str
    is_permanent: bool = False


Handler = Callable[[Envelope], None]
BatchHandler = Callable[[Sequence[Envelope]], Mapping[int, Failure]]


PAUSE_SECONDS = 0.05  # how long the relay waits for more
PATIENT_SECONDS = 1.0  # the same for consumers that nobody waits for


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named reader of topics: `handle` runs in a Celery worker, `handle_batch` in the relay itself."""

    name: str
    topics: frozenset[str]
    handle: Handler | None = None
    handle_batch: BatchHandler | None = None
    pause_seconds: float = PAUSE_SECONDS


_consumers: dict[str, Consumer] = {}


def subscribe(name: str, topics: Iterable[str], handle: Handler) -> None:
    """Have a worker call `handle` once for each event of the topics, inside a transaction.

    Events of one key come in order. `handle` must bear being called again after a crash.
    """
    _consumers[name] = Consumer(name, frozenset(topics), handle=handle)


def subscribe_batch(
    name: str, topics: Iterable[str], handle_batch: BatchHandler, *, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Have the relay call `handle_batch` with up to some hundred events at a time.

    `pause_seconds` is how long events gather before a batch that is not full; who can wait leaves time to the others.

    It returns the events that failed by id. Where what it writes to is away as a whole it raises Away, or what the
    database, the broker or a socket raise, and the batch is offered again later without counting as an attempt. After
    any other error the events of the batch are offered one by one.
    """
    _consumers[name] = Consumer(name, frozenset(topics), handle_batch=handle_batch, pause_seconds=pause_seconds)


def consumer(name: str) -> Consumer | None:
    return _consumers.get(name)


def consumers() -> list[Consumer]:
    return list(_consumers.values())


def publish(event: Event, *, at: datetime) -> None:
    """Record the event for every consumer of its topic, in the caller's transaction."""
    publish_all([event], at=at)


def publish_all(events: Sequence[Event], *, at: datetime) -> None:
    """As `publish`, for many events in two statements."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an event belongs to the transaction that makes it true")
    now = clock.now()  # `at` may lie long ago; and waiting is measured by the clock that says when something is due
    rows = OutboxEvent.objects.bulk_create(
        OutboxEvent(topic=event.topic, key=event.key, payload=_payload(event), occurred_at=at, recorded_at=now)
        for event in events
    )
    Delivery.objects.bulk_create(
        Delivery(event=row, consumer=reader.name, key=row.key, available_at=at)
        for row in rows
        for reader in _consumers.values()
        if row.topic in reader.topics
    )


def _payload(event: Event) -> dict[str, Any]:
    values = asdict(event)  # type: ignore[call-overload]
    return {
        name: value if isinstance(value, str | int | bool | list | type(None)) else str(value)
        for name, value in values.items()
    }
