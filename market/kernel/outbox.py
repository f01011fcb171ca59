"""Events leave the database with the transaction that made them true, or not at all.

`publish` writes the event and one delivery for each consumer; the relay process hands deliveries on. A delivery is
removed in the transaction of its effect, so an effect on the database happens exactly once however often a worker
dies. Deliveries wait in the table until done, so a late commit with a low id is never skipped (faults 9, 10, 14).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.db import transaction
from pydantic import TypeAdapter

from market.kernel import clock
from market.kernel.models import Delivery, OutboxEvent


class Away(Exception):
    """What a consumer writes to is away as a whole, which no event is to blame for."""


class Event:
    """A past-tense fact with ids and plain values; subclasses are frozen dataclasses.

    `topic` is `<package>.<room>.<fact>`; `key` groups events whose order matters, usually the row's id.
    """

    topic: ClassVar[str]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """The event from its stored payload, each field in its own type again.

        Raises pydantic's ValidationError; what an older release stored beside the fields is passed over.
        """
        event: Self = _reader(cls).validate_python(payload)  # type: ignore[arg-type]  # a class can be hashed
        return event

    @property
    def key(self) -> str:
        """The first field: by convention the id of the row the fact is about."""
        return str(next(iter(asdict(self).values())))  # type: ignore[call-overload]


@cache
def _reader(event: type) -> TypeAdapter[Any]:
    return TypeAdapter(event)


E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Envelope(Generic[E_co]):
    """An event as a consumer gets it, with the id by which a batch names what it could not take."""

    id: int
    event: E_co
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one event of a batch was not consumed; a permanent one goes to the dead letters at once."""

    reason: str
    is_permanent: bool = False


Handler = Callable[[Envelope[E]], None]
BatchHandler = Callable[[Sequence[Envelope[E]]], Mapping[int, Failure]]


PAUSE_SECONDS = 0.05  # how long the relay waits for more
PATIENT_SECONDS = 1.0  # the same for consumers that nobody waits for


@dataclass(slots=True)
class Consumer:
    """A named consumer: `handlers` run in a Celery worker, `handle_batch` in the relay itself; both by topic."""

    name: str
    events: dict[str, type[Event]] = field(default_factory=dict)
    handlers: dict[str, Handler[Any]] = field(default_factory=dict)
    handle_batch: BatchHandler[Any] | None = None
    pause_seconds: float = PAUSE_SECONDS

    def envelope(self, event_id: int, topic: str, payload: Mapping[str, Any], occurred_at: datetime) -> Envelope[Any]:
        """A stored event, typed again. Raises LookupError where the consumer takes none of the topic."""
        if topic not in self.events:
            raise LookupError(f"{self.name} takes no {topic}")
        return Envelope(event_id, self.events[topic].of(payload), occurred_at)


_consumers: dict[str, Consumer] = {}


def register(name: str, event: type[E], handle: Handler[E]) -> None:
    """Have a worker call `handle` once for each such event, inside a transaction.

    A consumer may take several kinds of events, from several rooms. Those of one key come in order. `handle` must
    bear being called again after a crash.
    """
    found = _consumers.setdefault(name, Consumer(name))
    found.events[event.topic] = event
    found.handlers[event.topic] = handle


def register_batch(
    name: str, events: Iterable[type[E]], handle_batch: BatchHandler[E], *, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Have the relay call `handle_batch` with up to some hundred events at a time.

    `pause_seconds` is how long events gather before a batch that is not full; who can wait leaves time to the others.

    It returns the events that failed by id. Where what it writes to is away as a whole it raises Away, or what the
    database, the broker or a socket raise, and the batch is offered again later without counting as an attempt. After
    any other error the events of the batch are offered one by one.
    """
    taken = {event.topic: event for event in events}
    _consumers[name] = Consumer(name, dict(taken), handle_batch=handle_batch, pause_seconds=pause_seconds)


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
        if row.topic in reader.events
    )


def _payload(event: Event) -> dict[str, Any]:
    values = asdict(event)  # type: ignore[call-overload]
    return {
        name: value if isinstance(value, str | int | bool | list | type(None)) else str(value)
        for name, value in values.items()
    }
