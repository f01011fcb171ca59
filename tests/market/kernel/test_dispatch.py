"""What the relay hands to workers that are behind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest

from market.kernel import clock, outbox, relay
from market.kernel.models import Delivery, OutboxEvent
from market.kernel.tasks import deliver

SENT = 3


@pytest.fixture
def _queue():
    def empty() -> None:
        with deliver.app.connection_for_write() as broker:
            broker.default_channel.queue_declare("events")
            broker.default_channel.queue_purge("events")

    empty()
    yield
    empty()


@dataclass(frozen=True)
class Dispatched(outbox.Event):
    topic: ClassVar[str] = "tests.dispatched"


@pytest.fixture
def due(db):
    outbox.register("tests.dispatch", Dispatched, lambda envelope: None)
    old = clock.now() - timedelta(minutes=1)
    for number in range(SENT):
        event = OutboxEvent.objects.create(topic=Dispatched.topic, key=str(number), payload={}, occurred_at=old)
        event.deliveries.create(consumer="tests.dispatch", key=str(number), available_at=old)
    yield Delivery.objects.filter(consumer="tests.dispatch")
    outbox._consumers.pop("tests.dispatch")


@pytest.mark.usefixtures("_queue")
def test_workers_that_are_behind_are_sent_no_copies_of_what_waits_for_them(due):
    past = clock.now() - timedelta(seconds=1)

    sent = []
    for _ in range(6):  # as if thirty seconds had gone each time
        sent.append(relay.dispatch(batch=2 * SENT))
        due.update(available_at=past)

    assert sent == [SENT, SENT, 0, 0, 0, 0]
    assert relay.queued(deliver) == 2 * SENT


@pytest.mark.usefixtures("_queue")
def test_what_is_lost_with_the_broker_is_sent_again(due):
    assert [relay.dispatch(batch=SENT), relay.queued(deliver)] == [SENT, SENT]

    with deliver.app.connection_for_write() as broker:
        broker.default_channel.queue_purge("events")
    due.update(available_at=clock.now() - timedelta(seconds=1))

    assert [relay.dispatch(batch=SENT), relay.queued(deliver)] == [SENT, SENT]
