"""The search backend on PostgreSQL: from the same tokens, under the same filters; plainer, never emptier."""

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.contrib.postgres.search import SearchQuery as TsQuery
from django.contrib.postgres.search import SearchRank
from django.db import connection, transaction
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.lookups import GreaterThanOrEqual

from market.kernel import clock
from search.analysis import minimum_match, synonyms, text
from search.find.query import Scope, SearchQuery
from search.find.results import Hit, SearchResult, Title, highlight, snippet, wanted_tokens
from search.index import vectors
from search.index.facets import FRESHNESS, RECENT
from search.index.indexing import quoted
from search.index.models import SearchDocument

MAX_TOKENS = 64
MOST_COMPARED, MOST_COUNTED = 10_000, 10_000  # listings, where only something near is looked for
STATEMENT_MS = 2000
MAX_OFFSET = 1000
LETTER = "p"


class _AsItIs(TsQuery):
    """A tsquery of our tokens, not of what PostgreSQL's parser would make of them: to_tsquery cuts `99.9%` in two."""

    template = "%(expressions)s::tsquery"


@transaction.atomic
def answer(query: SearchQuery, *, scope: Scope, position: str, size: int) -> SearchResult:
    """A page from an offset, without facets; no page begins behind MAX_OFFSET."""
    began = time.perf_counter()
    offset = min(int(position), MAX_OFFSET) if position else 0
    rows = matching(query, scope=scope)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MS)])
    ordered = rows.order_by(*_order(query))
    wanted = wanted_tokens(query.wordings, query.phrases)
    items, total = [_hit(row, wanted) for row in ordered[offset : offset + size]], rows.count()
    return SearchResult(
        items=items,
        total=total,
        facets={},
        took_ms=round((time.perf_counter() - began) * 1000),
        is_degraded=True,
        next=str(offset + size) if offset + size < min(total, MAX_OFFSET) else None,
    )


def near(query: SearchQuery, core: str, meaning: Sequence[float] | None, *, scope: Scope, size: int) -> list[list[Hit]]:
    """By words and by meaning."""
    lists = [near_words(query, core, scope=scope, size=size)]
    if meaning is not None:
        lists.append(near_meaning(query, core, meaning, scope=scope, size=size))
    return lists


def totals(queries: Sequence[SearchQuery], *, scope: Scope) -> list[int]:
    """How many each query finds."""
    return [matching(query, scope=scope).count() for query in queries]


def titles(typed: str, *, scope: Scope, size: int) -> list[Title]:
    """Open listings whose title holds every token typed so far, newest first; the last word may be unfinished."""
    rows = SearchDocument.objects.filter(audience__overlap=list(scope.audience), kind__in=scope.kinds, is_open=True)
    tokens = [token.text for token in text.bigrams(typed)][:MAX_TOKENS]
    wanted = [f"{quoted(token)}:AB" for token in tokens[:-1]]
    unfinished = ":*AB" if tokens[-1].isascii() or len(tokens[-1]) == 1 else ":AB"
    query = _AsItIs(" & ".join([*wanted, f"{quoted(tokens[-1])}{unfinished}"]))
    found = rows.filter(tokens=query).order_by("-published_at", "-object_id")[:size]
    return [Title(row.kind, row.object_id, row.title) for row in found]


def _hit(row: Any, wanted: frozenset[str], *, is_wider: bool = False) -> Hit:
    return Hit(
        kind=row.kind,
        id=row.object_id,
        title=row.title,
        published_at=row.published_at,
        score=None if is_wider else row.rank,
        title_html=highlight(row.title, wanted),
        snippet_html=snippet(row.text, wanted),
        wider=is_wider,
    )


def near_words(query: SearchQuery, core: str, *, scope: Scope, size: int) -> list[Hit]:
    """Who holds some of the words, or most of their characters; the more and the rarer, the higher."""
    wordings = synonyms.wordings(core)
    pairs = [text.unique(text.bigrams(words))[:MAX_TOKENS] for words in wordings]
    singles = [text.unique(text.unigrams(words))[:MAX_TOKENS] for words in wordings]
    rows = matching(replace(query, words=""), scope=scope)
    weights = _rarity({token for tokens in (*pairs, *singles) for token in tokens}, rows)
    weights = {token: weight for token, weight in weights.items() if weight}
    if not weights:
        return []
    enough_of = Q()
    for tokens, percent in (
        *((tokens, minimum_match.NEAR_TOKEN_PERCENT) for tokens in pairs),
        *((tokens, minimum_match.NEAR_CHARACTER_PERCENT) for tokens in singles),
    ):
        held = sum((_has(token, 1.0) for token in tokens if token in weights), Value(0.0))
        enough_of |= Q(GreaterThanOrEqual(held, Value(float(minimum_match.near(len(tokens), percent)))))
    score = sum((_has(token, weight) for token, weight in weights.items()), Value(0.0))
    score = score + sum((_has(token, 2 * weight, "AB") for token, weight in weights.items()), Value(0.0))
    found = rows.filter(enough_of, tokens=raw(list(weights), " | ")).annotate(near=score)
    ordered = found.order_by("-near", "-published_at", "-object_id")[:size]
    wanted = wanted_tokens(wordings, ())
    return [_hit(row, wanted, is_wider=True) for row in ordered]


def near_meaning(query: SearchQuery, core: str, meaning: Sequence[float], *, scope: Scope, size: int) -> list[Hit]:
    """Whose titles mean about the same, of the newest that may be found at all: PostgreSQL has no index of vectors."""
    rows = matching(replace(query, words=""), scope=scope).order_by("-published_at", "-object_id")
    titles = dict(rows.values_list("key", "title")[:MOST_COMPARED])
    stored = vectors.stored(titles.values())
    keys = [key for key, title in titles.items() if title in stored]
    if not keys:
        return []
    cosines = np.stack([stored[titles[key]] for key in keys]) @ np.asarray(meaning, dtype=np.float32)
    best = [int(at) for at in np.argsort(-cosines, kind="stable")[:size] if cosines[at] >= minimum_match.NEAR_COSINE]
    near = SearchDocument.objects.in_bulk([keys[at] for at in best])
    wanted = wanted_tokens(synonyms.wordings(core), ())
    return [_hit(near[keys[at]], wanted, is_wider=True) for at in best]


def _has(token: str, weight: float, where: str = "") -> Any:
    """The weight where the token stands there, else nothing."""
    label = f":{where}" if where else ""
    return Case(When(tokens=_AsItIs(f"{quoted(token)}{label}"), then=Value(weight)), default=Value(0.0))


def _rarity(tokens: Collection[str], rows: QuerySet[Any]) -> dict[str, float]:
    """How much each token says, as BM25 has it; of a common one it is not counted how common."""
    whole = rows.order_by()[:MOST_COUNTED].count() + 1
    found = {}
    for token in sorted(tokens):
        count = rows.filter(tokens=_AsItIs(quoted(token))).order_by()[:MOST_COUNTED].count()
        found[token] = math.log(1 + (whole - count + 0.5) / (count + 0.5)) if count else 0.0
    return found


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
    groups = minimum_match.groups(tokens[:MAX_TOKENS], minimum_match.missing(len(tokens)))
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
