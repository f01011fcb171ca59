"""A market of a few listings in an index of the test's own."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from market.kernel.actor import Actor
from search.index import engine
from search.index.breaker import Breaker
from tests.cast import MONDAY, Cast
from tests.proxy import Proxy, proxy_to
from tests.running import run_outbox
from tests.story import ACHIEVEMENT, DEMAND


@pytest.fixture(autouse=True)
def empty_index(settings: Any, elasticsearch: None) -> Iterator[None]:
    """No index at the start and none left; a breaker that no other test has opened."""
    address = settings.ELASTICSEARCH_URL
    engine.breaker.reset()
    engine.drop_all()
    yield
    settings.ELASTICSEARCH_URL = address
    engine.breaker.reset()
    engine.drop_all()


@pytest.fixture
def proxy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Elasticsearch as this process reaches it; the breaker asks again after a tenth of a second."""
    monkeypatch.setattr(engine, "breaker", Breaker(open_seconds=0.1))
    with proxy_to(settings.ELASTICSEARCH_URL) as proxy:
        settings.ELASTICSEARCH_URL = proxy.url
        yield proxy


class Shelf:
    """Publishes listings and brings them into the index."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def achievement(self, title: str, *, owner: Actor | None = None, is_published: bool = True, **changes: Any) -> Any:
        actor = owner or self.cast.university_clerk
        data = AchievementData(**(ACHIEVEMENT | {"title": title} | changes))
        if is_published and not data.summary:  # as a file brings it
            rows = {str(uuid4()): data}
            [row] = catalog.import_listings(actor=actor, kind="achievement", rows=rows, source="file:shelf", at=MONDAY)
            return row
        row = catalog.create_achievement(actor=actor, data=data, at=MONDAY)
        if is_published:
            row = catalog.publish_achievement(actor=actor, achievement_id=row.id, version=None, at=MONDAY)
        return row

    def demand_draft(self, title: str, **changes: Any) -> Any:
        data = DemandData(**(DEMAND | {"title": title} | changes))
        return catalog.create_demand(actor=self.cast.enterprise_clerk, data=data, at=MONDAY)

    def demand(self, title: str, **changes: Any) -> Any:
        row = self.demand_draft(title, **changes)
        actor = self.cast.enterprise_clerk
        return catalog.publish_demand(actor=actor, demand_id=row.id, version=None, at=MONDAY)

    def withdraw(self, row: Any) -> None:
        catalog.withdraw_listing(
            actor=self.cast.university_clerk, kind="achievement", listing_id=row.id, version=None, at=MONDAY
        )

    def settle(self) -> None:
        """As when the relay has been at it and the index has refreshed."""
        run_outbox()
        refresh()


def refresh() -> None:
    engine.ask(lambda es: es.indices.refresh(index=engine.alias()), seconds=engine.INDEX_SECONDS)


def documents() -> dict[str, Any]:
    """What the index holds, by key; asked without the breaker."""

    def read(es: Elasticsearch) -> dict[str, Any]:
        rows = es.search(index=engine.alias(), query={"match_all": {}}, size=1000)["hits"]["hits"]
        return {row["_id"]: row["_source"] for row in rows}

    refresh()
    return engine.ask(read, seconds=engine.INDEX_SECONDS)


@pytest.fixture
def shelf(cast: Cast) -> Shelf:
    return Shelf(cast)


@pytest.fixture(params=["elasticsearch", "postgresql"])
def engines(request, settings):
    """Each test twice; the second time Elasticsearch is not configured once the listings are in."""

    def choose():
        if request.param == "postgresql":
            settings.ELASTICSEARCH_URL = ""
        return request.param

    return choose
