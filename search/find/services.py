"""Finding: Elasticsearch while it is there, PostgreSQL when it is not, and the answer says which."""

import json
import time
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import structlog
from django.db import transaction

from market.kernel.actor import Actor
from market.kernel.paging import InvalidCursor, decode_cursor, encode_cursor
from search.find import elastic, fallback, wider
from search.find.query import Scope, SearchQuery, scope_of
from search.find.results import SearchResult
from search.index import engine
from search.index.breaker import EngineAway

log = structlog.get_logger(__name__)

MAX_OFFSET = 1000


def find(*, actor: Actor, query: SearchQuery, cursor: str = "", size: int = 20) -> SearchResult:
    """A page of what the actor may see; raises InvalidCursor.

    A cursor belongs to the query and to the engine that gave it: when the engine changes in between, the list starts
    anew. A query of which nothing is understood finds nothing.
    """
    began = time.perf_counter()
    position = _position(cursor, query)
    if not query.is_understood:
        return SearchResult([], total=0, facets={}, took_ms=0, is_degraded=False, next=None)
    scope = scope_of(actor, query)
    try:
        found = _by_engine(query, scope, position if position[:1] == ["e"] else [], size)
        return _widened(found, query, scope, size, is_first=not position)
    except EngineAway as away:
        log.warning("search_degraded", reason=str(away)[:200])
    found = _by_database(query, scope, position if position[:1] == ["p"] else [], size, began)
    return _widened(found, query, scope, size, is_first=not position)


def _widened(found: SearchResult, query: SearchQuery, scope: Scope, size: int, *, is_first: bool) -> SearchResult:
    """The first page, filled up to a screenful by what only comes close."""
    room = min(size, wider.SCREENFUL) - len(found.items)
    if not is_first or room <= 0 or not wider.is_widened(query):
        return found
    near = wider.by_database if found.is_degraded else wider.by_engine
    try:
        return replace(found, wider=near(query, scope=scope, found=found.items, size=room))
    except EngineAway as away:
        log.warning("search_not_widened", reason=str(away)[:200])
        return found


def _by_engine(query: SearchQuery, scope: Scope, position: list[Any], size: int) -> SearchResult:
    after = json.loads(position[1]) if position else None
    answer = engine.search(elastic.body(query, scope=scope, size=size, after=after))
    rows = answer["hits"]["hits"]
    is_more = len(rows) == size
    return SearchResult(
        items=elastic.hits(answer, query),
        total=answer["hits"]["total"]["value"],
        facets=elastic.facets(answer),
        took_ms=answer["took"],
        is_degraded=False,
        next=_cursor(query, "e", json.dumps(rows[-1]["sort"])) if is_more else None,
    )


@transaction.atomic
def _by_database(query: SearchQuery, scope: Scope, position: list[Any], size: int, began: float) -> SearchResult:
    offset = min(int(position[1]), MAX_OFFSET) if position else 0
    hits, total = fallback.page(query, scope=scope, offset=offset, size=size)
    is_more = offset + size < min(total, MAX_OFFSET)
    return SearchResult(
        items=hits,
        total=total,
        facets={},
        took_ms=round((time.perf_counter() - began) * 1000),
        is_degraded=True,
        next=_cursor(query, "p", str(offset + size)) if is_more else None,
    )


def _cursor(query: SearchQuery, engine_letter: str, place: str) -> str:
    return encode_cursor([engine_letter, place, _fingerprint(query)], name="search")


def _position(cursor: str, query: SearchQuery) -> list[Any]:
    if not cursor:
        return []
    position = decode_cursor(cursor, name="search")
    if len(position) != 3 or position[0] not in {"e", "p"} or position[2] != _fingerprint(query):
        raise InvalidCursor
    return position


def _fingerprint(query: SearchQuery) -> str:
    """Of what a list depends on: a place in one means nothing in another."""
    facets = sorted((name, sorted(codes)) for name, codes in query.facets.items())
    asked = [query.wording, query.kind, facets, query.order]
    return blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()
