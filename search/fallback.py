"""The same search answered by PostgreSQL, from the same tokens, under the same filters; plainer, never emptier."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery as TsQuery
from django.contrib.postgres.search import SearchRank
from django.db import connection
from django.db.models import F, FloatField, Q, QuerySet, Value

from market.kernel import clock
from search import enough, text
from search.facets import FRESHNESS, RECENT
from search.indexing import quoted
from search.models import SearchDocument
from search.query import Scope, SearchQuery
from search.results import Hit, highlight, snippet, wanted_tokens

MAX_TOKENS = 64
STATEMENT_MS = 2000


class _AsItIs(TsQuery):
    """A tsquery of our tokens, not of what PostgreSQL's parser would make of them: to_tsquery cuts `99.9%` in two."""

    template = "%(expressions)s::tsquery"


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


def total(query: SearchQuery, *, scope: Scope) -> int:
    """How many there are."""
    return matching(query, scope=scope).count()


def suggested(typed: str, *, scope: Scope, size: int) -> list[dict[str, Any]]:
    """Newest open listings whose title holds what was typed."""
    rows = SearchDocument.objects.filter(audience__overlap=list(scope.audience), kind__in=scope.kinds, is_open=True)
    found = rows.filter(title__icontains=typed).order_by("-published_at", "-object_id")[:size]
    return [{"kind": row.kind, "object_id": str(row.object_id), "title": row.title} for row in found]


def matching(query: SearchQuery, *, scope: Scope) -> QuerySet[Any]:
    """The documents that match, with their `rank`."""
    rows = SearchDocument.objects.filter(audience__overlap=list(scope.audience), kind__in=scope.kinds)
    for name, codes in query.facets.items():
        if name == RECENT.name:
            widest = max((FRESHNESS[code] for code in codes if code in FRESHNESS), default=timedelta(0))
            rows = rows.filter(published_at__gte=clock.now() - widest)
        else:
            rows = rows.filter(labels__overlap=[f"{name}={code}" for code in codes])
    rank: Any = Value(0.0, output_field=FloatField())
    wanted = [[token.text for token in text.bigrams(words)] for words in query.wordings]
    if wanted:
        rank = SearchRank(F("tokens"), raw(list(dict.fromkeys(wanted[0]))[:MAX_TOKENS], " | "))
        found = Q(labels__contains=[f"identifier={query.identifier}"])
        for tokens in wanted:
            found |= Q(tokens=_enough(tokens))
        rows = rows.filter(found)
    for phrase in query.phrases:
        rows = rows.filter(tokens=raw(text.unique(text.bigrams(phrase))[:MAX_TOKENS], " & "))
    for phrase in query.excluded:
        rows = rows.exclude(tokens=raw(text.unique(text.bigrams(phrase))[:MAX_TOKENS], " & "))
    return rows.annotate(rank=rank)


def _enough(tokens: Sequence[str]) -> TsQuery:
    """Whoever holds enough of the tokens, and some who hold a few less: tsquery cannot count."""
    groups = enough.groups(tokens[:MAX_TOKENS], enough.missing(len(tokens)))
    wholes = (" & ".join(quoted(token) for token in dict.fromkeys(group)) for group in groups)
    return _AsItIs(" | ".join(f"({whole})" for whole in wholes))


def raw(tokens: Sequence[str], operator: str) -> TsQuery:
    """Our tokens as a tsquery, each quoted, so that nothing in them is an operator."""
    return _AsItIs(operator.join(quoted(token) for token in tokens))


def _order(query: SearchQuery) -> tuple[Any, ...]:
    first: dict[str, Any] = {
        "relevance": F("rank").desc(),
        "newest": F("published_at").desc(),
        "amount": F("amount").desc(nulls_last=True),
        "amount_up": F("amount").asc(nulls_last=True),
    }
    return first[query.order], "-published_at", "-object_id"
