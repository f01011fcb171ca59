"""Elasticsearch refused, hanging, or without its index: writes go on, searches say so, nothing is missing later."""

import time

import pytest

from market.kernel import deliveries, outbox
from market.kernel.actor import ANONYMOUS
from market.kernel.models import Delivery
from search.find import services
from search.find.query import parse
from search.index import engine, indexing
from search.index.breaker import EngineAway
from tests.running import run_outbox
from tests.search.conftest import documents, refresh


def waiting():
    return Delivery.objects.filter(consumer="search.elasticsearch").count()


def feed_others():
    """Every consumer but Elasticsearch's, as the relay's threads go on one without the other."""
    for reader in outbox.consumers():
        if reader.handle_batch and reader.name != "search.elasticsearch":
            while deliveries.feed_batch(reader):
                pass


def hurry(patch):
    """Budgets that a test can wait out."""
    patch.setattr(engine, "INDEX_SECONDS", 0.3)
    patch.setitem(engine.ask.__kwdefaults__, "seconds", 0.3)


@pytest.mark.parametrize("away", ["refuse", "hang"])
def test_writes_succeed_and_search_says_that_it_is_degraded(shelf, proxy, monkeypatch, away):
    shelf.achievement("铜合金导线第一号")
    shelf.settle()

    getattr(proxy, away)()
    shelf.achievement("铜合金导线第二号")
    feed_others()
    with monkeypatch.context() as hurried:
        hurry(hurried)
        with pytest.raises(EngineAway):
            run_outbox()
        answer = services.find(actor=ANONYMOUS, query=parse("铜合金导线"))

    assert answer.is_degraded
    assert sorted(hit.title for hit in answer.items) == ["铜合金导线第一号", "铜合金导线第二号"]
    assert waiting() > 0

    proxy.pass_on()
    time.sleep(0.2)
    run_outbox()
    refresh()
    answer = services.find(actor=ANONYMOUS, query=parse("铜合金导线"))
    assert not answer.is_degraded
    assert len(answer.items) == 2
    assert waiting() == 0


def test_while_it_is_away_nobody_waits_for_it(shelf, proxy, monkeypatch):
    """Three searches wait for their budget; the breaker spares the others, as its control without one shows."""
    monkeypatch.setattr(engine.breaker, "open_seconds", 60)
    shelf.achievement("铜合金导线")
    shelf.settle()
    hurry(monkeypatch)
    proxy.hang()

    def slow_answers(times):
        seconds = []
        for _ in range(times):
            began = time.perf_counter()
            assert services.find(actor=ANONYMOUS, query=parse("铜合金")).is_degraded
            seconds.append(time.perf_counter() - began)
        return sum(1 for second in seconds if second >= 0.3)

    with_breaker = slow_answers(8)
    engine.breaker.reset()
    monkeypatch.setattr(engine.breaker, "limit", 1000)
    without = slow_answers(8)

    assert (with_breaker, without) == (3, 8)


def test_a_search_before_the_first_index_does_not_keep_the_indexer_out(shelf):
    """Readers who come first find no index; the indexer, behind the same breaker, makes it all the same."""
    for _ in range(5):
        assert services.find(actor=ANONYMOUS, query=parse("铜合金")).is_degraded
    shelf.achievement("铜合金导线")

    shelf.settle()

    assert not services.find(actor=ANONYMOUS, query=parse("铜合金")).is_degraded


def test_an_answer_of_some_shards_only_counts_as_none(shelf, monkeypatch):
    shelf.achievement("铜合金导线")
    shelf.settle()
    whole = engine.ask

    def partial(function, **options):
        answer = dict(whole(function, **options))
        answer["_shards"] = answer["_shards"] | {"failed": 1}
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(engine, "ask", partial)
        assert services.find(actor=ANONYMOUS, query=parse("铜合金")).is_degraded
    assert not services.find(actor=ANONYMOUS, query=parse("铜合金")).is_degraded


def test_an_older_version_never_replaces_a_newer_one(shelf):
    """The order in which events arrive does not matter; the version does."""
    row = shelf.achievement("铜合金导线")
    old = indexing.load({("achievement", row.id): row.version})
    shelf.withdraw(row)
    shelf.settle()

    indexing.index(old, name=engine.alias())

    assert documents() == {}
