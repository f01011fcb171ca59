"""Elasticsearch refused, cut off, refusing, out of order, rebuilt under load, tampered with: nothing is lost.

Cases 26, 28, 30, 31 and 32 of the faults reference; small numbers in the ordinary run, full ones by `make faults`.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from listings.catalog import services as catalog
from listings.catalog.data import AchievementData
from listings.catalog.models import Achievement
from market.kernel import deadletters, deliveries, outbox
from market.kernel.actor import ANONYMOUS
from market.kernel.models import Delivery
from search.find import elastic, services
from search.find.query import parse
from search.index import engine, indexing, maintenance, mapping
from search.index.breaker import Breaker, EngineAway
from search.index.documents import Document
from tests.cast import MONDAY, Cast
from tests.proxy import Proxy, proxy_to
from tests.story import ACHIEVEMENT

SEED = 20261125
full = pytest.mark.faults


def sizes(small: int, whole: int) -> list[Any]:
    return [small, pytest.param(whole, marks=full)]


@pytest.fixture(autouse=True)
def own_index(settings: Any) -> Iterator[None]:
    address = settings.ELASTICSEARCH_URL
    engine.breaker.reset()
    engine.drop_all()
    yield
    settings.ELASTICSEARCH_URL = address
    engine.breaker.reset()
    engine.drop_all()


@pytest.fixture
def proxy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(engine, "breaker", Breaker(open_seconds=0.01))
    with proxy_to(settings.ELASTICSEARCH_URL) as proxy:
        settings.ELASTICSEARCH_URL = proxy.url
        yield proxy


def write(cast: Cast, count: int) -> int:
    """Publish as many listings; returns how many were refused."""
    failed = 0
    for number in range(count):
        data = AchievementData(**ACHIEVEMENT | {"title": f"铜合金导线第{number}号"})
        try:
            row = catalog.create_achievement(actor=cast.university_clerk, data=data, at=MONDAY)
            catalog.publish_achievement(actor=cast.university_clerk, achievement_id=row.id, version=None, at=MONDAY)
        except EngineAway:
            failed += 1
    return failed


def feed(until: Callable[[], bool], seconds: float = 120) -> None:
    """The relay's loop for Elasticsearch, which tries again after whatever befell it."""
    reader = outbox.consumer("search.elasticsearch")
    assert reader is not None
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, deadletters.backlog()
        try:
            if deliveries.feed_batch(reader) == 0:
                time.sleep(0.02)
        except EngineAway:
            time.sleep(0.02)


def is_settled() -> bool:
    return not Delivery.objects.filter(consumer="search.elasticsearch", dead_at__isnull=True).exists()


@pytest.mark.parametrize("count", sizes(20, 10_000))
def test_while_it_is_refused_every_write_succeeds_and_arrives_later(cast, proxy, count):
    proxy.refuse()
    assert write(cast, count) == 0
    with pytest.raises(EngineAway):
        deliveries.feed_batch(outbox.consumer("search.elasticsearch"))

    proxy.pass_on()
    feed(is_settled)

    assert maintenance.compare().total == 0
    assert services.find(actor=ANONYMOUS, query=parse("铜合金")).total == count


def test_control_a_write_that_waits_for_the_index_fails_with_it(cast, proxy, monkeypatch):
    """As with signals that index in the request: without the outbox every write fails while the engine is away."""
    publish = outbox.publish

    def indexed_at_once(event: outbox.Event, *, at: Any) -> None:
        publish(event, at=at)
        engine.ensure_index()

    monkeypatch.setattr(outbox, "publish", indexed_at_once)
    proxy.refuse()

    assert write(cast, 10) == 10


@pytest.mark.parametrize("count", sizes(30, 2_000))
def test_answers_cut_in_the_middle_lose_and_double_nothing(cast, proxy, count):
    """The bulk was taken, its answer never arrived: it is sent again, and versions make that harmless."""
    assert write(cast, count) == 0
    chance = random.Random(SEED)  # noqa: S311
    snapshot = 0
    reader = outbox.consumer("search.elasticsearch")
    while not is_settled():
        proxy.cut_after = chance.randrange(120) if chance.random() < 0.4 else None
        try:
            deliveries.feed_batch(reader, batch=3)
        except EngineAway:
            snapshot += 1
            time.sleep(0.02)
    proxy.cut_after = None

    assert snapshot > 3
    assert maintenance.compare().total == 0


@pytest.mark.parametrize(("count", "poisoned"), [(20, 3), pytest.param(2_000, 100, marks=full)])
def test_a_document_that_is_refused_is_buried_alone_and_told(cast, monkeypatch, count, poisoned):
    """A field that the strict mapping does not know: no use in trying again, and no harm to its neighbours."""
    assert write(cast, count) == 0
    bad = {row.id for row in Achievement.objects.order_by("id")[:poisoned]}
    source_of = mapping.source_of

    def poison(document: Document, embedding: Any = None) -> dict[str, Any]:
        return source_of(document, embedding) | ({"unknown": 1} if document.id in bad else {})

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "source_of", poison)
        feed(is_settled)
        dead = Delivery.objects.filter(consumer="search.elasticsearch", dead_at__isnull=False)
        assert {row.event.payload["listing_id"] for row in dead} == {str(listing_id) for listing_id in bad}
        assert all("strict" in row.last_error for row in dead)
        assert maintenance.compare().counts == {"missing": poisoned}

    for row in dead:
        deadletters.requeue_delivery(actor=cast.operator, delivery_id=row.id, at=MONDAY)
    feed(is_settled)
    assert maintenance.compare().total == 0


@pytest.mark.parametrize("count", sizes(300, 20_000))
def test_in_whatever_order_changes_arrive_the_newest_wins(count):
    """Two indexers, each with every change of every listing in an order of its own; some listings are gone at last."""
    chance = random.Random(SEED)  # noqa: S311
    listings = [Achievement(title=f"导线{number}") for number in range(max(count // 10, 1))]
    changes = []
    last: dict[str, tuple[int, bool]] = {}
    for listing in listings:
        for version in range(1, 11):
            gone = chance.random() < 0.3
            document = None if gone else _document(listing, version)
            changes.append(indexing.Change("achievement", listing.id, version, document))
            last[f"achievement:{listing.id}"] = (version, gone)
    name = engine.ensure_index()

    def run(seed: int) -> None:
        order = list(changes)
        random.Random(seed).shuffle(order)  # noqa: S311
        for at in range(0, len(order), 25):
            assert indexing.index(order[at : at + 25], name=name) == {}

    indexers = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for indexer in indexers:
        indexer.start()
    for indexer in indexers:
        indexer.join()

    engine.refresh(name)
    held = {key: version for _id, version, _whole, key in _held(name)}
    assert held == {key: version for key, (version, gone) in last.items() if not gone}


def _document(listing: Achievement, version: int) -> Document:
    return Document("achievement", listing.id, version, f"{listing.title} {version}", "", ["public"], MONDAY)


def _held(name: str) -> Iterator[tuple[Any, int, bool, str]]:
    for listing_id, version, _engine_version, is_whole in maintenance._indexed("achievement", name):
        yield listing_id, version, is_whole, f"achievement:{listing_id}"


@pytest.mark.parametrize("count", sizes(60, 3_000))
def test_a_rebuild_under_load_fails_no_search_and_loses_no_write(committed_cast, monkeypatch, count):
    write(committed_cast, count)
    feed(is_settled)
    engine.refresh(engine.alias())
    monkeypatch.setattr(maintenance, "BATCH", 20)
    is_over = threading.Event()
    searched: list[bool] = []
    withdrawn: list[Any] = []

    def search() -> None:
        while not is_over.is_set():
            answer = services.find(actor=ANONYMOUS, query=parse("铜合金"))
            searched.append(answer.is_degraded or answer.total < count - len(withdrawn) - 1)
            time.sleep(0.005)
        connection.close()

    def change() -> None:
        rows = list(Achievement.objects.order_by("?")[: count // 3])
        for row in rows:
            if is_over.is_set():
                break
            withdrawn.append(row.pk)
            catalog.withdraw_listing(
                actor=committed_cast.university_clerk, kind="achievement", listing_id=row.pk, version=None, at=MONDAY
            )
        connection.close()

    def deliver() -> None:
        feed(is_over.is_set)
        connection.close()

    others = [threading.Thread(target=work) for work in (search, change, deliver)]
    for thread in others:
        thread.start()
    try:
        for _ in range(3):
            assert maintenance.rebuild().failed == {}
    finally:
        is_over.set()
        for thread in others:
            thread.join()
    feed(is_settled)

    assert len(searched) > 5
    assert not any(searched)
    assert len(withdrawn) > 0
    assert maintenance.compare().total == 0


@pytest.mark.parametrize(("count", "corrupted"), [(60, 20), pytest.param(2_000, 100, marks=full)])
def test_a_sweep_finds_every_corrupted_document_and_no_other(cast, count, corrupted):
    write(cast, count)
    feed(is_settled)
    assert maintenance.compare().total == 0
    chance = random.Random(SEED)  # noqa: S311
    keys = [f"achievement:{row.pk}" for row in chance.sample(list(Achievement.objects.all()), corrupted)]
    lines: list[Any] = []
    for key in keys:
        field = chance.choice(["title", "title_bi", "text_uni", "audience", "amount", "published_at"])
        value = {"audience": ["public", "forged"], "amount": 1.0, "published_at": "2020-01-01T00:00:00+00:00"}
        lines += [{"update": {"_id": key}}, {"doc": {field: value.get(field, "")}}]
    engine.bulk(lines, index=engine.alias())

    drift = maintenance.repair()
    assert drift.counts == {"blanked": corrupted}
    assert set(drift.named["blanked"]) <= set(keys)
    assert maintenance.compare().total == 0
    assert elastic.FIELD_WEIGHTS  # the query's fields are among those that were altered
