"""Events keep their types on the way through the outbox."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction
from pydantic import ValidationError

from market.kernel import deliveries, outbox
from market.kernel.models import Delivery, OutboxEvent
from tests.cast import MONDAY

ONE, TWO = UUID(int=1), UUID(int=2)


@dataclass(frozen=True)
class ThingSold(outbox.Event):
    topic: ClassVar[str] = "tests.thing.sold"
    thing_id: UUID
    buyer_id: UUID | None
    on: date
    price: Decimal
    count: int
    is_new: bool
    note: str = ""


@dataclass(frozen=True)
class ThingLost(outbox.Event):
    topic: ClassVar[str] = "tests.thing.lost"
    thing_id: UUID


SOLD = ThingSold(ONE, None, date(2026, 3, 2), Decimal("1.50"), 3, True)


@pytest.fixture
def heard():
    found: list[outbox.Envelope[Any]] = []
    outbox.register("tests.events", ThingSold, found.append)
    outbox.register("tests.events", ThingLost, found.append)
    yield found
    outbox._consumers.pop("tests.events")


def deliver() -> None:
    for delivery_id in Delivery.objects.filter(consumer="tests.events").order_by("id").values_list("id", flat=True):
        deliveries.deliver(delivery_id)


@pytest.mark.django_db
def test_a_consumer_gets_the_event_that_was_published(heard):
    with transaction.atomic():
        outbox.publish_all([SOLD, ThingLost(TWO)], at=MONDAY)

    deliver()

    assert [(item.event, item.occurred_at) for item in heard] == [(SOLD, MONDAY), (ThingLost(TWO), MONDAY)]
    assert Delivery.objects.filter(consumer="tests.events").exists() is False


def test_what_an_older_release_stored_beside_the_fields_is_passed_over():
    assert ThingLost.of({"thing_id": str(ONE), "colour": "red"}) == ThingLost(ONE)


@pytest.mark.parametrize("payload", [{}, {"thing_id": "no id"}, {"thing_id": None}])
def test_what_is_not_of_its_type_is_no_event(payload):
    with pytest.raises(ValidationError):
        ThingLost.of(payload)


@pytest.mark.django_db
def test_a_topic_that_a_consumer_takes_no_more_is_put_off_with_the_reason(heard):
    event = OutboxEvent.objects.create(topic="tests.thing.gone", key="1", payload={}, occurred_at=MONDAY)
    owed = Delivery.objects.create(
        event=event, consumer="tests.events", key="1", available_at=MONDAY - timedelta(days=1)
    )

    deliver()

    owed.refresh_from_db()
    assert heard == []
    assert "tests.thing.gone" in owed.last_error
