"""Finding: what a reader asks, answered by the backend that is there, and the answer says which."""

import json
from dataclasses import replace
from hashlib import blake2b

from market.kernel.actor import Actor
from market.kernel.paging import InvalidCursor, decode_cursor, encode_cursor
from search.find import backends, wider
from search.find.backends import Backend
from search.find.query import SearchQuery, scope_of
from search.find.results import SearchResult

NOTHING = SearchResult([], total=0, facets={}, took_ms=0, is_degraded=False, next=None)


def find(*, actor: Actor, query: SearchQuery, cursor: str = "", size: int = 20) -> SearchResult:
    """A page of what the actor may see; raises InvalidCursor.

    A cursor belongs to the query and to the backend that gave it: when another one answers, the list starts anew. A
    query of which nothing is understood finds nothing. The first page is filled up by what only comes close.
    """
    letter, position = _decoded(cursor, query)
    if not query.is_understood:
        return NOTHING
    scope = scope_of(actor, query)

    def page(backend: Backend) -> SearchResult:
        place = position if letter == backend.LETTER else ""
        found = backend.answer(query, scope=scope, position=place, size=size)
        near = [] if cursor else wider.near(backend, query, scope=scope, known=found.items, size=size)
        following = None if found.next is None else _cursor(query, backend.LETTER, found.next)
        return replace(found, wider=near, next=following)

    return backends.ask(page)


def _cursor(query: SearchQuery, letter: str, position: str) -> str:
    return encode_cursor([letter, position, _fingerprint(query)], name="search")


def _decoded(cursor: str, query: SearchQuery) -> tuple[str, str]:
    """Which backend gave a cursor, and the position in its terms; both empty for the first page."""
    if not cursor:
        return "", ""
    parts = decode_cursor(cursor, name="search")
    letters = {backends.ELASTICSEARCH.LETTER, backends.POSTGRESQL.LETTER}
    if len(parts) != 3 or parts[0] not in letters or parts[2] != _fingerprint(query):
        raise InvalidCursor
    return parts[0], parts[1]


def _fingerprint(query: SearchQuery) -> str:
    """Of what a list depends on: a place in one means nothing in another."""
    facets = sorted((name, sorted(codes)) for name, codes in query.facets.items())
    asked = [query.wording, query.kind, facets, query.order]
    return blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()
