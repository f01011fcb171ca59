"""Finding: Elasticsearch while it is there, PostgreSQL when it is not, and the answer says which."""

import json
import time
from typing import Any

import structlog
from django.db import transaction

from market.kernel.actor import Actor
from market.kernel.paging import InvalidCursor, decode_cursor, encode_cursor
from search import elastic, engine, fallback
from search.breaker import EngineAway
from search.query import Scope, SearchQuery
from search.results import SearchResult
from search.scopes import scope_of

log = structlog.get_logger(__name__)

MAX_OFFSET = 1000


def find(*, actor: Actor, query: SearchQuery, cursor: str = "", size: int = 20) -> SearchResult:
    """A page of what the actor may see; raises InvalidCursor.

    A cursor belongs to the engine that gave it: when the engine changes in between, the list starts anew.
    """
    began = time.perf_counter()
    scope = scope_of(actor, query)
    position = _position(cursor)
    try:
        return _by_engine(query, scope, position if position[:1] == ["e"] else [], size)
    except EngineAway as away:
        log.warning("search_degraded", reason=str(away)[:200])
    return _by_database(query, scope, position if position[:1] == ["p"] else [], size, began)


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
        next=encode_cursor(["e", json.dumps(rows[-1]["sort"])], name="search") if is_more else None,
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
        next=encode_cursor(["p", offset + size], name="search") if is_more else None,
    )


def _position(cursor: str) -> list[Any]:
    if not cursor:
        return []
    position = decode_cursor(cursor, name="search")
    if len(position) != 2 or position[0] not in {"e", "p"}:
        raise InvalidCursor
    return position
