"""The same search answered by PostgreSQL, from the same tokens, under the same filters; plainer, never emptier."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery as TsQuery
from django.contrib.postgres.search import SearchRank
from django.db import connection
from django.db.models import F, FloatField, Q, QuerySet, Value

from search import text
from search.indexing import quoted
from search.models import SearchDocument
from search.query import Scope, SearchQuery
from search.results import Hit, highlight, snippet, wanted_tokens

MAX_TOKENS = 64
STATEMENT_MS = 2000


def page(query: SearchQuery, *, scope: Scope, offset: int, size: int) -> tuple[list[Hit], int]:
    """Hits from `offset` on, and how many there are."""
    rows = matching(query, scope=scope)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MS)])
    ordered = rows.order_by(*_order(query))
    wanted = wanted_tokens(query.wordings, query.phrases)
    hits = [
        Hit(
            kind=row.kind,
            id=row.object_id,
            title=row.title,
            published_at=row.published_at,
            score=row.rank,
            title_html=highlight(row.title, wanted),
            snippet_html=snippet(row.text, wanted),
        )
        for row in ordered[offset : offset + size]
    ]
    return hits, rows.count()


def matching(query: SearchQuery, *, scope: Scope) -> QuerySet[Any]:
    """The documents that match, with their `rank`."""
    rows = SearchDocument.objects.filter(audience__overlap=list(scope.audience), kind__in=scope.kinds)
    for name, codes in query.facets.items():
        rows = rows.filter(labels__overlap=[f"{name}={code}" for code in codes])
    rank: Any = Value(0.0, output_field=FloatField())
    wanted = [text.unique(text.bigrams(words))[:MAX_TOKENS] for words in query.wordings]
    if wanted:
        rank = SearchRank(F("tokens"), raw(wanted[0], " | "))
        found = Q(labels__contains=[f"identifier={query.identifier}"])
        for tokens in wanted:
            found |= Q(tokens=raw(tokens, " & " if len(tokens) <= 4 else " | "))
        rows = rows.filter(found)
    for phrase in query.phrases:
        rows = rows.filter(tokens=raw(text.unique(text.bigrams(phrase))[:MAX_TOKENS], " & "))
    for phrase in query.excluded:
        rows = rows.exclude(tokens=raw(text.unique(text.bigrams(phrase))[:MAX_TOKENS], " & "))
    return rows.annotate(rank=rank)


def raw(tokens: Sequence[str], operator: str) -> TsQuery:
    """Our tokens as a tsquery, each quoted, so that nothing in them is an operator."""
    return TsQuery(operator.join(quoted(token) for token in tokens), search_type="raw", config="simple")


def _order(query: SearchQuery) -> tuple[Any, ...]:
    if query.by_relevance:
        return ("-rank", "-published_at", "-object_id")
    if query.sort == "amount":
        return (F("amount").desc(nulls_last=True), "-published_at", "-object_id")
    return ("-published_at", "-object_id")
