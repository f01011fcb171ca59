"""Search backends: Elasticsearch, and PostgreSQL while it is away, behind one interface."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import structlog

from search.find import elastic, fallback
from search.find.query import Scope, SearchQuery
from search.find.results import Hit, SearchResult, Title
from search.index.breaker import EngineAway

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Backend(Protocol):
    """What answers searches; one that is away raises EngineAway.

    `LETTER` stands in the cursors of its pages: a position of one means nothing to another.
    """

    LETTER: str

    def answer(self, query: SearchQuery, *, scope: Scope, position: str, size: int) -> SearchResult:
        """A page from the position that the page before gave as `next`, the first one for an empty position."""

    def near(
        self, query: SearchQuery, core: str, meaning: Sequence[float] | None, *, scope: Scope, size: int
    ) -> list[list[Hit]]:
        """What only comes close to the core of a query, or to its meaning (float[384]), each list best first."""

    def totals(self, queries: Sequence[SearchQuery], *, scope: Scope) -> list[int]:
        """How many each query finds."""

    def titles(self, typed: str, *, scope: Scope, size: int) -> list[Title]:
        """Open listings whose title holds every token typed so far; the last word may be unfinished."""


ELASTICSEARCH: Backend = elastic
POSTGRESQL: Backend = fallback


def ask(question: Callable[[Backend], T]) -> T:
    """What Elasticsearch answers, or PostgreSQL while it is away."""
    try:
        return question(ELASTICSEARCH)
    except EngineAway as away:
        log.warning("search_degraded", reason=str(away)[:200])
    return question(POSTGRESQL)
