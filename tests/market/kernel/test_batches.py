"""A batch is shared work, and no event of it is lost, done twice, or held up by another's fault."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import OperationalError, connection, transaction

from market.kernel import clock, deliveries, outbox
from market.kernel.models import Delivery, Job, OutboxEvent
from tests.cast import MONDAY


@dataclass(frozen=True)
class ThingHappened(outbox.Event):
    topic: ClassVar[str] = "tests.batches.happened"
    thing: str
    number: int = 0


class Reader:
    """Keeps each event as a row, so that its effect is in the transaction; some it cannot bear."""

    def __init__(self) -> None:
        self.offered: list[list[int]] = []
        self.away: Exception | None = None

    def __call__(self, envelopes) -> dict:
        self.offered.append([item.event.number for item in envelopes])
        for item in envelopes:
            Job.objects.create(kind=f"{item.event.thing}-{item.event.number}", created_at=clock.now())
        if self.away:
            raise self.away
        if any(item.event.thing == "poison" for item in envelopes):
            raise ValueError("poisoned")
        return {item.id: outbox.Failure("later") for item in envelopes if item.event.thing == "later"}


@pytest.fixture
def reader() -> Iterator[Reader]:
    found = Reader()
    outbox.register_batch("tests.batches", [ThingHappened], found)
    yield found
    outbox._consumers.pop("tests.batches")


def publish(*things: str) -> None:
    with transaction.atomic():
        outbox.publish_all([ThingHappened(thing, number) for number, thing in enumerate(things)], at=MONDAY)


def feed() -> int:
    return deliveries.feed_batch(outbox.consumer("tests.batches"))


def done() -> list[str]:
    return list(Job.objects.order_by("created_at").values_list("kind", flat=True))


def left() -> list[tuple[str, int]]:
    rows = Delivery.objects.filter(consumer="tests.batches", dead_at__isnull=True).order_by("id")
    return [(row.event.payload["thing"], row.attempts) for row in rows.select_related("event")]


@pytest.mark.django_db
def test_an_event_that_the_consumer_cannot_bear_is_offered_alone_and_holds_up_no_other(reader):
    publish("a", "poison", "b")

    assert feed() == 3

    assert reader.offered == [[0, 1, 2], [0], [1], [2]]
    assert done() == ["a-0", "b-2"]  # once each: what the batch had written went with its failure
    assert left() == [("poison", 1)]


@pytest.mark.django_db
def test_an_event_that_is_never_borne_is_buried_after_eight_tries(reader):
    publish("poison")

    for _ in range(deliveries.MAX_ATTEMPTS):
        feed()
        Delivery.objects.update(available_at=MONDAY)

    buried = Delivery.objects.get()
    assert (buried.attempts, buried.dead_at is None, "poisoned" in buried.last_error) == (8, False, True)
    assert feed() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("away", [outbox.Away("engine"), OperationalError("database"), ConnectionError("socket")])
def test_what_the_consumer_writes_to_being_away_is_no_events_fault(reader, away):
    publish("a", "b")
    reader.away = away

    with pytest.raises(type(away)):
        feed()

    assert (reader.offered, done(), left()) == ([[0, 1]], [], [("a", 0), ("b", 0)])


@pytest.mark.django_db
def test_behind_an_event_that_is_put_off_the_later_ones_of_its_key_wait(reader):
    publish("later")
    feed()
    publish("later", "b")

    assert feed() == 1

    assert done() == ["later-0", "b-1"]
    assert left() == [("later", 1), ("later", 0)]
    Delivery.objects.update(available_at=MONDAY)
    feed()
    assert reader.offered[-1] == [0, 0]


def test_two_relays_share_what_waits_and_do_none_of_it_twice(committed_db, reader):
    publish(*"abcdef")
    held, release = threading.Event(), threading.Event()

    def other() -> None:
        with transaction.atomic():
            deliveries._take("tests.batches", 3)
            held.set()
            release.wait(10)
            transaction.set_rollback(True)  # it dies before its commit
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(10)
    first = feed()
    release.set()
    thread.join()

    assert (first, feed(), feed()) == (3, 3, 0)
    assert sorted(done()) == ["a-0", "b-1", "c-2", "d-3", "e-4", "f-5"]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 50])
def test_handing_a_batch_on_takes_two_statements_of_the_relays_own(size, reader, django_assert_num_queries):
    publish(*["a"] * size)
    reader.__class__ = Idle

    with django_assert_num_queries(4):  # the savepoint of a transaction inside that of the test, and its release
        assert feed() == size


class Idle(Reader):
    def __call__(self, envelopes) -> dict:
        return {}


@pytest.mark.django_db
def test_an_event_that_can_not_be_read_any_more_is_put_off_and_holds_up_no_other(reader):
    publish("good", "old", "also-good")
    OutboxEvent.objects.filter(payload__thing="old").update(payload={"number": 1})

    feed()

    assert done() == ["good-0", "also-good-2"]
    (waiting,) = Delivery.objects.filter(consumer="tests.batches")
    assert waiting.attempts == 1
    assert "thing" in waiting.last_error
