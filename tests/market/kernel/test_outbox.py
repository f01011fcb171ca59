"""Outbox and relay on the real database; Celery's part is in test_worker.py."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection, transaction

from market.kernel import clock, deadletters, deliveries, outbox
from market.kernel.models import AuditRow, Delivery, Job, OutboxEvent
from tests.cast import MONDAY


@dataclass(frozen=True)
class ThingHappened(outbox.Event):
    topic: ClassVar[str] = "tests.thing.happened"
    thing: str
    number: int = 0


class Away(outbox.Away):
    """What a consumer writes to is away."""


@pytest.fixture
def heard() -> Iterator[list]:
    """A worker's consumer that keeps what it hears as rows, so that its effect is in the transaction."""
    seen: list = []

    def handle(envelope):
        Job.objects.create(kind=f"heard-{envelope.event.thing}", created_at=clock.now())
        seen.append(envelope)
        if envelope.event.thing == "poison":
            raise Away("poisoned")

    outbox.register("tests.worker", ThingHappened, handle)
    yield seen
    outbox._consumers.pop("tests.worker")


@pytest.fixture
def batches() -> Iterator[list]:
    seen: list = []

    def handle_batch(envelopes):
        if any(item.event.thing == "away" for item in envelopes):
            raise Away
        seen.extend(envelopes)
        return {
            item.id: outbox.Failure(item.event.thing, is_permanent=item.event.thing == "dead")
            for item in envelopes
            if item.event.thing in {"dead", "later"}
        }

    outbox.register_batch("tests.batch", [ThingHappened], handle_batch)
    yield seen
    outbox._consumers.pop("tests.batch")


def publish(*things: str) -> None:
    with transaction.atomic():
        for number, thing in enumerate(things):
            outbox.publish(ThingHappened(thing, number), at=MONDAY)


def test_an_event_outside_a_transaction_is_refused(committed_db):
    with pytest.raises(transaction.TransactionManagementError):
        outbox.publish(ThingHappened("x"), at=MONDAY)


@pytest.mark.django_db
def test_an_event_that_nobody_reads_is_kept_but_owed_to_no_one():
    publish("quiet")

    assert OutboxEvent.objects.filter(topic="tests.thing.happened").count() == 1
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_a_delivery_goes_with_its_effect(heard):
    publish("one")
    delivery = Delivery.objects.get()

    deliveries.deliver(delivery.id)
    deliveries.deliver(delivery.id)

    assert Job.objects.filter(kind="heard-one").count() == 1
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
def test_a_failing_consumer_leaves_nothing_and_is_buried_after_eight_tries(heard):
    publish("poison")
    delivery = Delivery.objects.get()

    for _ in range(deliveries.MAX_ATTEMPTS):
        deliveries.deliver(delivery.id)

    delivery.refresh_from_db()
    assert Job.objects.filter(kind="heard-poison").exists() is False
    assert delivery.attempts == deliveries.MAX_ATTEMPTS
    assert delivery.dead_at is not None
    assert "poisoned" in delivery.last_error


@pytest.mark.django_db
def test_an_operator_hands_a_buried_delivery_on_again(heard, cast, api):
    publish("poison", "good")
    delivery = Delivery.objects.order_by("id").first()
    deliveries.fail(delivery.id, reason="no such thing", is_permanent=True)
    operator = api.as_(cast.operator)
    button = f"/operations/deliveries/{delivery.id}/requeue"

    assert "no such thing" in operator.get("/operations/deliveries/").content.decode()
    counts = deadletters.backlog()["tests.worker"]
    assert (counts["open"], counts["dead"]) == (1, 1)
    assert counts["age_seconds"] < 600  # since it was recorded, however long ago it became true
    assert operator.post(button)["Location"] == "/operations/deliveries/"
    assert operator.post(button).status_code == 404

    delivery.refresh_from_db()
    assert (delivery.dead_at, delivery.attempts) == (None, 0)
    assert AuditRow.objects.get(action="delivery.requeued").subject_id == str(delivery.id)
    assert api.as_(cast.university_clerk).get("/operations/deliveries/").status_code == 404


@pytest.mark.django_db
def test_a_batch_settles_each_event_by_itself(batches):
    publish("good", "later", "dead", "fine")

    deliveries.feed_batch(outbox.consumer("tests.batch"))

    left = {row.event.payload["thing"]: row for row in Delivery.objects.select_related("event")}
    assert left.keys() == {"later", "dead"}
    assert left["dead"].dead_at is not None
    assert left["later"].dead_at is None
    assert left["later"].available_at > clock.now() - timedelta(seconds=5)


@pytest.mark.django_db
def test_a_batch_whose_target_is_away_costs_no_attempt(batches):
    publish("away")

    with pytest.raises(Away):
        deliveries.feed_batch(outbox.consumer("tests.batch"))

    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.dead_at) == (0, None)


def commit_late(opened: threading.Event, release: threading.Event) -> None:
    with transaction.atomic():
        outbox.publish(ThingHappened("early-id-late-commit"), at=MONDAY)
        opened.set()
        release.wait(10)
    connection.close()


def test_a_low_id_that_commits_late_is_not_skipped(committed_db, batches):
    opened, release = threading.Event(), threading.Event()
    writer = threading.Thread(target=commit_late, args=(opened, release))
    writer.start()
    opened.wait(10)
    publish("late-id-early-commit")

    deliveries.feed_batch(outbox.consumer("tests.batch"))
    highest_seen = max(item.id for item in batches)
    release.set()
    writer.join()
    deliveries.feed_batch(outbox.consumer("tests.batch"))

    # The control: a reader that remembers the highest id it saw would skip the event that committed late.
    assert [row.payload["thing"] for row in OutboxEvent.objects.filter(id__gt=highest_seen)] == []
    assert [item.event.thing for item in batches] == ["late-id-early-commit", "early-id-late-commit"]
