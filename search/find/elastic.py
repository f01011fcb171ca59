"""The search backend on Elasticsearch: requests built as plain dictionaries, answers read raw.

What readers wait for is written as the engine takes it: `elasticsearch.dsl` builds a search in seven times the time, a
suggestion, asked at every keystroke, in thirty times (docs/decisions/0013).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from market.kernel import clock
from search.analysis import synonyms, text
from search.analysis.minimum_match import MINIMUM_SHOULD_MATCH, NEAR_CHARACTERS, NEAR_COSINE, NEAR_TOKENS
from search.find.query import Scope, SearchQuery
from search.find.results import Bucket, Hit, SearchResult, Title, highlight, snippet, wanted_tokens
from search.index import engine
from search.index.facets import ASKED, FRESHNESS, RECENT
from search.index.mapping import EMBEDDING, EVERY

SORT: dict[str, list[dict[str, str]]] = {
    "relevance": [{"_score": "desc"}, {"published_at": "desc"}, {"object_id": "desc"}],
    "newest": [{"published_at": "desc"}, {"object_id": "desc"}],
    "amount": [{"amount": "desc"}, {"published_at": "desc"}, {"object_id": "desc"}],
    "amount_up": [{"amount": "asc"}, {"published_at": "desc"}, {"object_id": "desc"}],
}
MOST_CODES = 60
SOURCE = ["kind", "object_id", "title", "text", "published_at"]
FIELD_WEIGHTS = {"title_bi": 3.0, "title_uni": 2.0, "text_bi": 1.0, "text_uni": 0.6, "names_bi": 1.0}
PHRASE_FIELDS = ("title_uni", "text_uni", "names_uni")


LETTER = "e"


def answer(query: SearchQuery, *, scope: Scope, position: str, size: int) -> SearchResult:
    """A page from the sort values of the last hit before it, as JSON; raises EngineAway."""
    found = engine.search(body(query, scope=scope, size=size, after=json.loads(position) if position else None))
    rows = found["hits"]["hits"]
    return SearchResult(
        items=hits(found, query),
        total=found["hits"]["total"]["value"],
        facets=facets(found),
        took_ms=found["took"],
        is_degraded=False,
        next=json.dumps(rows[-1]["sort"]) if len(rows) == size else None,
    )


def near(query: SearchQuery, core: str, meaning: Sequence[float] | None, *, scope: Scope, size: int) -> list[list[Hit]]:
    """By words and by meaning, in one round trip; raises EngineAway."""
    lines = [{}, near_words_body(query, core, scope=scope, size=size)]
    if meaning is not None:
        lines += [{}, near_meaning_body(query, meaning, scope=scope, size=size)]
    return [near_hits(found, core) for found in engine.search_many(lines)]


def totals(queries: Sequence[SearchQuery], *, scope: Scope) -> list[int]:
    """How many each query finds, in one round trip; raises EngineAway."""
    lines: list[dict[str, Any]] = []
    for query in queries:
        lines += [{}, counting_body(query, scope=scope)]
    return [found["hits"]["total"]["value"] for found in engine.search_many(lines)]


def titles(typed: str, *, scope: Scope, size: int) -> list[Title]:
    """Open listings whose title holds every token typed so far, best first; raises EngineAway."""
    found = engine.search(suggesting_body(typed, scope=scope, size=size))
    sources = [row["_source"] for row in found["hits"]["hits"]]
    return [Title(source["kind"], UUID(source["object_id"]), source["title"]) for source in sources]


def body(query: SearchQuery, *, scope: Scope, size: int, after: Sequence[Any] | None = None) -> dict[str, Any]:
    """The request: who may see is a filter; ticked facets come after the counts, so that each still counts its rest."""
    request: dict[str, Any] = {
        "size": size,
        "track_total_hits": True,
        "_source": SOURCE,
        "query": {"bool": _matching(query) | {"filter": _filters(scope)}},
        "post_filter": {"bool": {"filter": [_ticked(name, codes) for name, codes in query.facets.items()]}},
        "aggs": {name: _counts(query, name) for name in ASKED},
        "sort": SORT[query.order],
    }
    if after:
        request["search_after"] = list(after)
    return request


def counting_body(query: SearchQuery, *, scope: Scope) -> dict[str, Any]:
    """How many a query finds, and nothing else."""
    ticked = [_ticked(name, codes) for name, codes in query.facets.items()]
    return {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": _matching(query) | {"filter": [*_filters(scope), *ticked]}},
    }


def near_words_body(query: SearchQuery, core: str, *, scope: Scope, size: int) -> dict[str, Any]:
    """Who holds some of the words, or most of their characters; the more and the rarer, the higher."""
    wordings = []
    for number, words in enumerate(synonyms.wordings(core)):
        some = [_holding(words, NEAR_TOKENS), {"match": {EVERY: _characters(words)}}]
        weight = synonyms.WEIGHT if number else 1.0
        filters = {"bool": {"should": some}}
        wordings.append({"bool": {"should": scored(words), "filter": filters, "boost": weight}})
    return _near(size) | {
        "query": {"bool": {"must": {"dis_max": {"queries": wordings}}} | _conditions(query, scope)},
        "sort": SORT["relevance"],
    }


def near_meaning_body(query: SearchQuery, meaning: Sequence[float], *, scope: Scope, size: int) -> dict[str, Any]:
    """Whose titles mean about the same."""
    knn = {
        "field": EMBEDDING,
        "query_vector": list(meaning),
        "k": size,
        "num_candidates": 4 * size,
        "similarity": NEAR_COSINE,
        "filter": {"bool": _conditions(query, scope)},
    }
    return _near(size) | {"knn": knn}


def near_hits(answer: Mapping[str, Any], core: str) -> list[Hit]:
    wanted = wanted_tokens(synonyms.wordings(core), ())
    return [hit_of(row["_source"], None, wanted, is_wider=True) for row in answer["hits"]["hits"]]


def _near(size: int) -> dict[str, Any]:
    return {"size": size, "track_total_hits": False, "_source": SOURCE}


def _characters(words: str) -> dict[str, Any]:
    return {"query": text.as_field(text.unigrams(words)), "minimum_should_match": NEAR_CHARACTERS}


def _conditions(query: SearchQuery, scope: Scope) -> dict[str, Any]:
    """All of a query but its words."""
    ticked = [_ticked(name, codes) for name, codes in query.facets.items()]
    filters = [*_filters(scope), *ticked, *map(_phrase, query.phrases)]
    return {"filter": filters, "must_not": [_phrase(phrase) for phrase in query.excluded]}


def suggesting_body(typed: str, *, scope: Scope, size: int) -> dict[str, Any]:
    """Titles that hold every token typed so far; the last Latin word may be unfinished."""
    bigrams = text.bigrams(typed)
    clauses: list[dict[str, Any]] = []
    for at, token in enumerate(bigrams):
        is_unfinished = at == len(bigrams) - 1 and (token.text.isascii() or len(token.text) == 1)
        field = "title_uni" if len(token.text) == 1 or token.text.isascii() else "title_bi"
        clauses.append({"prefix" if is_unfinished else "term": {field: token.text}})
    return {
        "size": size,
        "track_total_hits": False,
        "_source": ["kind", "object_id", "title"],
        "query": {"bool": {"must": clauses, "filter": [*_filters(scope), {"term": {"is_open": True}}]}},
        "sort": SORT["relevance"],
    }


def _matching(query: SearchQuery) -> dict[str, Any]:
    must: list[dict[str, Any]] = []
    if query.words:
        identifier = {"constant_score": {"filter": {"term": {"identifiers": query.identifier}}, "boost": 1000}}
        wordings = [_wording(words, weight) for words, weight in zip(query.wordings, _weights(query), strict=True)]
        must.append({"dis_max": {"queries": [*wordings, identifier]}})
    must += [_phrase(phrase) for phrase in query.phrases]
    return {"must": must, "must_not": [_phrase(phrase) for phrase in query.excluded]}


def _weights(query: SearchQuery) -> list[float]:
    """Of each wording; a longer synonym has more tokens to score with, which is no merit of its own."""
    typed, *others = [max(len(text.bigrams(words)), 1) for words in query.wordings]
    return [1.0, *(synonyms.WEIGHT * min(1.0, typed / other) for other in others)]


def _wording(words: str, weight: float) -> dict[str, Any]:
    """Short queries want all their bigrams, longer ones most: else every page holds the common characters."""
    return {"bool": {"should": scored(words), "filter": _holding(words, MINIMUM_SHOULD_MATCH), "boost": weight}}


def _holding(words: str, minimum: str) -> dict[str, Any]:
    """Documents that hold so many of the tokens, in whichever fields.

    The other two clauses add nothing to the first, but in an index that an earlier release filled without it.
    """
    options = {"query": text.as_field(text.bigrams(words)), "minimum_should_match": minimum}
    return {"bool": {"should": [{"match": {name: options}} for name in (EVERY, "title_bi", "text_bi")]}}


def scored(words: str) -> list[dict[str, Any]]:
    """The clauses that score: unigrams and bigrams of title and text, each with its weight."""
    tokens = {"bi": text.as_field(text.bigrams(words)), "uni": text.as_field(text.unigrams(words))}
    return [
        {"match": {name: {"query": tokens[name.rsplit("_", 1)[1]], "boost": boost}}}
        for name, boost in FIELD_WEIGHTS.items()
    ]


def _phrase(phrase: str) -> dict[str, Any]:
    tokens = text.as_field(text.unigrams(phrase))
    return {
        "bool": {
            "should": [{"match_phrase": {name: tokens}} for name in PHRASE_FIELDS],
            "minimum_should_match": 1,
        }
    }


def _filters(scope: Scope) -> list[dict[str, Any]]:
    return [{"terms": {"audience": sorted(scope.audience)}}, {"terms": {"kind": sorted(scope.kinds)}}]


def _ticked(name: str, codes: Sequence[str]) -> dict[str, Any]:
    if name == RECENT.name:
        widest = max((FRESHNESS[code] for code in codes if code in FRESHNESS), default=timedelta(0))
        return {"range": {"published_at": _since(widest)}}
    return {"terms": {name: list(codes)}}


def _counts(query: SearchQuery, name: str) -> dict[str, Any]:
    others = [_ticked(other, codes) for other, codes in query.facets.items() if other != name]
    counted: dict[str, Any] = {"terms": {"field": name, "size": MOST_CODES}}
    if pattern := ASKED[name].counted(query.facets.get(name, ())):
        counted["terms"]["include"] = pattern
    if name == RECENT.name:
        ranges = {code: {"range": {"published_at": _since(age)}} for code, age in FRESHNESS.items()}
        counted = {"filters": {"filters": ranges}}
    return {"filter": {"bool": {"filter": others}}, "aggs": {"codes": counted}}


def _since(age: timedelta) -> dict[str, str]:
    return {"gte": (clock.now() - age).isoformat()}


def hits(answer: Mapping[str, Any], query: SearchQuery) -> list[Hit]:
    wanted = wanted_tokens(query.wordings, query.phrases)
    return [hit_of(row["_source"], row.get("_score"), wanted) for row in answer["hits"]["hits"]]


def hit_of(source: Mapping[str, Any], score: float | None, wanted: frozenset[str], *, is_wider: bool = False) -> Hit:
    return Hit(
        kind=source["kind"],
        id=UUID(source["object_id"]),
        title=source["title"],
        published_at=datetime.fromisoformat(source["published_at"]),
        score=score,
        title_html=highlight(source["title"], wanted),
        snippet_html=snippet(source["text"], wanted),
        wider=is_wider,
    )


def facets(answer: Mapping[str, Any]) -> dict[str, list[Bucket]]:
    counts = {name: _buckets(found["codes"]["buckets"]) for name, found in answer["aggregations"].items()}
    return {name: buckets for name, buckets in counts.items() if buckets}


def _buckets(found: Any) -> list[Bucket]:
    """Terms come as a list, named filters as an object."""
    pairs = found.items() if isinstance(found, dict) else [(bucket["key"], bucket) for bucket in found]
    return [Bucket(code, bucket["doc_count"]) for code, bucket in pairs if bucket["doc_count"]]
