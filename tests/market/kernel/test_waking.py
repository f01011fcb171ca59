"""The relay sleeps until the database wakes it; its poll makes up for what it was not told of."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event as Signal
from typing import ClassVar

import psycopg
import pytest
from django.db import connection, transaction

from market.kernel import audit, clock, deadletters, outbox, waking
from market.kernel.actor import SYSTEM
from market.kernel.models import Delivery
from market.kernel.relay import Relay
from tests.cast import MONDAY

NEVER = 600.0  # seconds, for a poll that is to have no part


@dataclass(frozen=True)
class ThingHappened(outbox.Event):
    topic: ClassVar[str] = "tests.thing.happened"
    thing: str


class Heard:
    def __init__(self) -> None:
        self.signal, self.calls = Signal(), 0

    def __call__(self, envelopes) -> dict:
        self.calls += 1
        self.signal.set()
        return {}


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()
    outbox.register_batch("tests.waking", [ThingHappened], found)
    yield found
    outbox._consumers.pop("tests.waking")


@contextmanager
def running(**options) -> Iterator[Relay]:
    relay = Relay(names={"tests.waking"}, **options)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()


def until(claim: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.01)
    return claim()


def listens() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query = %s", [f"LISTEN {waking.CHANNEL}"])
        return cursor.fetchone()[0] > 0


def publish() -> None:
    with transaction.atomic():
        outbox.publish(ThingHappened("x"), at=MONDAY)


def test_a_commit_wakes_the_relay(committed_db, heard):
    with running(poll_seconds=NEVER):
        assert until(listens)
        publish()

        assert heard.signal.wait(20)
        assert until(lambda: not Delivery.objects.exists())


def test_a_notice_that_is_lost_is_made_up_for_by_the_poll(committed_db, heard):
    with running(poll_seconds=0.2, listens=False):
        publish()

        assert heard.signal.wait(20)


def test_what_becomes_due_without_a_notice_is_found_by_whoever_listens(committed_db, heard):
    with running(poll_seconds=0.2):
        assert until(listens)
        with transaction.atomic():
            outbox.publish(ThingHappened("x"), at=MONDAY)
            Delivery.objects.update(available_at=clock.now() + timedelta(hours=1))
        assert not heard.signal.wait(0.3)
        Delivery.objects.update(available_at=MONDAY)  # which tells nobody

        assert heard.signal.wait(20)


def test_control_without_notice_and_poll_the_event_waits(committed_db, heard):
    with running(poll_seconds=NEVER, listens=False):
        time.sleep(0.1)  # past the look that every relay begins with
        publish()

        assert not heard.signal.wait(0.5)
    assert Delivery.objects.count() == 1


def test_what_came_while_the_line_was_dead_is_found_when_it_is_back(committed_db, heard, monkeypatch):
    monkeypatch.setattr(waking, "CHECK_SECONDS", 0.1)
    with running(poll_seconds=NEVER):
        assert until(listens)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s", [f"LISTEN {waking.CHANNEL}"]
            )
        publish()

        assert heard.signal.wait(20)


def test_an_idle_relay_asks_nothing(committed_db, heard, monkeypatch):
    asked = []
    monkeypatch.setattr("market.kernel.deliveries.feed_batch", lambda reader: asked.append(reader.name) or 0)
    with running(poll_seconds=NEVER):
        assert until(listens)
        time.sleep(0.3)
        first = len(asked)
        time.sleep(0.5)

        assert len(asked) == first <= 3


@contextmanager
def line() -> Iterator[psycopg.Connection]:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as found:
        found.execute(f"LISTEN {waking.CHANNEL}")
        yield found


def test_each_consumer_is_told_once_a_statement_and_the_chain_of_rows_to_seal(committed_db, heard):
    with line() as listening:
        with transaction.atomic():
            outbox.publish_all([ThingHappened(str(number)) for number in range(50)], at=MONDAY)
            audit.record("thing.happened", actor=SYSTEM, subject=Delivery.objects.first(), at=MONDAY)
        told = sorted(notice.payload for notice in listening.notifies(timeout=5, stop_after=2))

    assert told == ["seal", "tests.waking"]


def test_a_delivery_that_is_given_another_life_wakes_its_consumer(committed_cast, heard):
    publish()
    Delivery.objects.filter(consumer="tests.waking").update(dead_at=MONDAY)
    with line() as listening:
        deadletters.requeue_delivery(
            actor=committed_cast.operator, delivery_id=Delivery.objects.get(consumer="tests.waking").id, at=MONDAY
        )
        told = [notice.payload for notice in listening.notifies(timeout=5, stop_after=2)]

    assert "tests.waking" in told
