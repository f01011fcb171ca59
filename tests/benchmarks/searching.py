"""P1, P2, P24: the search endpoint against the engine's own `_search`; lists while the engine is away.

The engine is another process, so P1 and P2 are times by the clock on the wall. Both sides send the same bytes over
the same client; the other side stops at the decoded answer, ours goes on to the response.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from search.index import engine, maintenance
from search.index.breaker import Breaker
from tests.benchmarks import data, frame, wsgi

QUERIES, ROUNDS = 200, 15
LIST, LISTS = "/api/v1/achievements?limit=20", 50
CLOSED = "http://127.0.0.1:9"
_JSON = "application/vnd.elasticsearch+json; compatible-with=8"
HEADERS = {"accept": _JSON, "content-type": _JSON}


@dataclass(frozen=True, slots=True)
class Pair:
    """One query as our endpoint takes it, and the bytes that it sends to the engine, to be sent by themselves."""

    ours: wsgi.Call
    target: str
    body: bytes

    def theirs(self) -> Any:
        return engine.client().transport.perform_request("POST", self.target, body=self.body, headers=HEADERS).body


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """200 queries in the listings' own words, each on either side in every round."""
    with data.scratch_index(), override_settings(RATE_LIMIT=False):
        data.build_listings(plan.rows)
        maintenance.rebuild()
        handler = WSGIHandler()
        ratios: list[frame.Ratio] = []
        if plan.wants("P1", "P2"):
            ratios += against_the_engine(handler, plan)
        if plan.wants("P24"):
            ratios += while_away(handler, plan)
        return ratios


def against_the_engine(handler: WSGIHandler, plan: frame.Plan) -> list[frame.Ratio]:
    pairs = prepare(handler, data.queries_of(min(QUERIES, plan.rows), listings=plan.rows))
    took = statistics.median(pair.theirs()["took"] for pair in pairs)
    found = frame.percentiles(
        {"P1": 50, "P2": 99},
        pairs,
        lambda pair: pair.ours(),
        lambda pair: pair.theirs(),
        rounds=plan.rounds or ROUNDS,
        quiet=plan.quiet,
    )
    return [ratio.with_more(took_ms=took) for ratio in found]


def prepare(handler: WSGIHandler, queries: Sequence[str]) -> list[Pair]:
    """The queries on both sides; raises where the engine found other listings by itself than through our endpoint."""
    pairs = []
    for query in queries:
        call = wsgi.caller(handler, f"/api/v1/search?q={quote(query)}")
        target, body, answer = overheard(call)
        pair = Pair(call, target, body)
        ours, theirs = orjson.loads(answer), pair.theirs()
        ids = [hit["_source"]["object_id"] for hit in theirs["hits"]["hits"]]
        if ours["degraded"] or [item["id"] for item in ours["items"] if not item["wider"]] != ids:
            raise RuntimeError(f"{query}: the two answers differ, so their times mean nothing")
        pairs.append(pair)
    return pairs


def overheard(call: wsgi.Call) -> tuple[str, bytes, bytes]:
    """Target and body of the search that a call sends to the engine, and the call's own answer.

    A second request, which fills up the screen where little is found, counts on our side alone.
    """
    node: Any = next(iter(engine.client().transport.node_pool.all()))
    send = node.perform_request
    heard: list[tuple[str, bytes]] = []

    def listen(method: str, target: str, body: bytes | None = None, **options: Any) -> Any:
        heard.append((target, body or b""))
        return send(method, target, body=body, **options)

    node.perform_request = listen
    try:
        answer = call()
    finally:
        del node.perform_request
    (target, body), *_ = heard
    return target, body, answer


def while_away(handler: WSGIHandler, plan: frame.Plan) -> list[frame.Ratio]:
    """The list, each time after a search on the same side: refused at first, then spared by that side's breaker."""
    breaker, address = engine.breaker, settings.ELASTICSEARCH_URL
    search, listed = wsgi.caller(handler, "/api/v1/search?q=" + quote("铜")), wsgi.caller(handler, LIST)

    def at(url: str) -> Callable[[], object]:
        own = Breaker()

        def search_first() -> object:
            settings.ELASTICSEARCH_URL, engine.breaker = url, own
            return search()

        return search_first

    try:
        return frame.percentiles(
            {"P24": 50},
            range(LISTS),
            lambda _: listed(),
            lambda _: listed(),
            before=(at(CLOSED), at(address)),
            rounds=plan.rounds or ROUNDS,
            quiet=plan.quiet,
        )
    finally:
        settings.ELASTICSEARCH_URL, engine.breaker = address, breaker
