"""Saved searches of the cast, listings published at a time of the test's choice, and the relay at such a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from market.kernel import deliveries, outbox
from market.kernel.actor import Actor
from market.kernel.models import Delivery
from search.find.query import parse
from search.saved import services
from search.saved.models import SavedSearch
from tests.cast import MONDAY
from tests.story import ACHIEVEMENT, DEMAND

LATER = MONDAY + timedelta(minutes=10)
COPPER = "高导电铜合金接触线的制备工艺"


@pytest.fixture(autouse=True)
def _address(settings) -> None:
    settings.PUBLIC_URL = "https://market.example"


@pytest.fixture
def keep(cast) -> Callable[..., SavedSearch]:
    """Have somebody keep a search, on Monday at nine."""

    def kept(
        typed: str = "铜合金",
        *,
        who: Any = "enterprise_clerk",
        cadence: str = "none",
        name: str = "",
        at: datetime = MONDAY,
        seen_at: datetime | None = None,
        **options: Any,
    ) -> SavedSearch:
        actor = who if isinstance(who, Actor) else getattr(cast, who)
        query = parse(typed, **options)
        return services.save_search(
            actor=actor, name=name or typed or "全部", query=query, cadence=cadence, at=at, seen_at=seen_at
        )

    return kept


@pytest.fixture
def publish(cast) -> Callable[..., Any]:
    """Publish an achievement, or a demand, ten minutes later; the relay has not seen it yet."""

    def published(title: str = COPPER, *, kind: str = "achievement", at: datetime = LATER, **changes: Any) -> Any:
        if kind == "demand":
            actor = cast.enterprise_clerk
            row = catalog.create_demand(actor=actor, data=DemandData(**(DEMAND | {"title": title} | changes)), at=at)
            return catalog.publish_demand(actor=actor, demand_id=row.id, version=None, at=at)
        actor = cast.university_clerk
        data = AchievementData(**(ACHIEVEMENT | {"title": title} | changes))
        row = catalog.create_achievement(actor=actor, data=data, at=at)
        return catalog.publish_achievement(actor=actor, achievement_id=row.id, version=None, at=at)

    return published


def run_alerts(at: datetime = LATER) -> None:
    """The relay and the workers at that time, as far as alerts go: whoever stops Elasticsearch stops neither."""
    reader = outbox.consumer("search.alerts")
    with time_machine.travel(at, tick=False):
        while deliveries.feed_batch(reader):
            pass
        for delivery_id in Delivery.objects.filter(consumer="notices.mail").order_by("id").values_list("id", flat=True):
            deliveries.deliver(delivery_id)
    assert list(Delivery.objects.exclude(last_error="").values_list("consumer", "last_error")) == []
