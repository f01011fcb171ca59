"""Listings that may fit another one, proposed by three kinds of resemblance; matching then reads them closely.

For each seeker one search looks by unique bigrams, one by meaning, one by codes in common. Titles say what a listing
is about, so its words are looked for in titles, and those of its own title in texts as well. All seekers of a batch
are asked in one round trip (libraries reference, "Elasticsearch, tried").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchRank
from django.db import transaction
from django.db.models import F

from search.analysis import text
from search.find.fallback import raw
from search.index import engine
from search.index.breaker import EngineAway
from search.index.mapping import EMBEDDING
from search.index.models import SearchDocument

POOL, NEAREST = 300, 300  # 0.994 of the ten best; see docs/measurements-matching.md, "What proposing misses"
SHARING = 40
TITLE_WEIGHT = 3
MAX_TOKENS = 300
SECONDS = 20.0  # for a whole batch, in a worker where nobody waits


@dataclass(frozen=True, slots=True)
class Seeker:
    """Who looks, and for what: open listings of `kind` that resemble its words, but none of `exclude_owner`.

    `context` is what it says beside its title. `embedding` is float[384], what it means, where that is known; `codes`
    by facet name.
    """

    title: str
    kind: str
    exclude_owner: str = ""
    embedding: Sequence[float] | None = None
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    context: str = ""

    @property
    def tokens(self) -> list[str]:
        return text.unique(text.bigrams(f"{self.title}\n{self.context}"))[:MAX_TOKENS]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Ids of listings, each once, in no order that means anything. `is_degraded`: PostgreSQL looked, by words only."""

    ids: Sequence[UUID]
    is_degraded: bool


def propose(seekers: Sequence[Seeker], *, pool: int = POOL, nearest: int = NEAREST) -> list[Proposal]:
    """For each seeker a few hundred listings; a partial answer of the engine counts as none.

    `pool` is how many the words propose at most, `nearest` how many the meaning.
    """
    if not seekers:
        return []
    try:
        return _by_engine(seekers, pool, nearest)
    except EngineAway:
        return [Proposal(_by_database(seeker, pool), is_degraded=True) for seeker in seekers]


def _by_engine(seekers: Sequence[Seeker], pool: int, nearest: int) -> list[Proposal]:
    lines: list[dict[str, Any]] = []
    asked_by: list[int] = []
    for number, seeker in enumerate(seekers):
        for body in _bodies(seeker, pool, nearest):
            lines += [{}, body]
            asked_by.append(number)
    found: list[dict[UUID, None]] = [{} for _ in seekers]
    answers = engine.search_many(lines, seconds=SECONDS) if lines else []
    for number, answer in zip(asked_by, answers, strict=True):
        found[number] |= {UUID(hit["_id"].partition(":")[2]): None for hit in answer["hits"]["hits"]}
    return [Proposal(list(ids), is_degraded=False) for ids in found]


def _bodies(seeker: Seeker, pool: int, nearest: int) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = [{"term": {"kind": seeker.kind}}, {"term": {"is_open": True}}]
    if seeker.exclude_owner:
        filters.append({"bool": {"must_not": [{"term": {"owner": seeker.exclude_owner}}]}})
    plain = {"_source": False, "track_total_hits": False}
    bodies: list[dict[str, Any]] = []
    if tokens := seeker.tokens:
        title = " ".join(text.unique(text.bigrams(seeker.title))[:MAX_TOKENS])
        words: list[dict[str, Any]] = [
            {"match": {"title_bi": {"query": title, "boost": TITLE_WEIGHT}}},
            {"match": {"title_bi": " ".join(tokens)}},
            {"match": {"text_bi": title}},
        ]
        in_words = {"should": words, "minimum_should_match": 1}
        bodies.append(plain | {"size": pool, "query": {"bool": {"filter": filters} | in_words}})
        if codes := [{"terms": {name: list(values)}} for name, values in seeker.codes.items() if values]:
            sharing = {"bool": {"should": codes, "minimum_should_match": 1}}
            query = {"bool": {"filter": [*filters, sharing], "should": words}}
            bodies.append(plain | {"size": min(SHARING, pool), "query": query})
    if seeker.embedding is not None:
        knn = {
            "field": EMBEDDING,
            "query_vector": list(seeker.embedding),
            "k": min(nearest, pool),
            "num_candidates": 2 * nearest,
            "filter": filters,
        }
        bodies.append(plain | {"size": min(nearest, pool), "knn": knn})
    return bodies


@transaction.atomic
def _by_database(seeker: Seeker, pool: int) -> list[UUID]:
    tokens = seeker.tokens[:64]
    if not tokens:
        return []
    query = raw(tokens, " | ")
    rows = (
        SearchDocument.objects.filter(kind=seeker.kind, is_open=True, tokens=query)
        .exclude(owner=seeker.exclude_owner or "-")
        .annotate(rank=SearchRank(F("tokens"), query))
        .order_by("-rank", "-published_at", "key")
    )
    return list(rows.values_list("object_id", flat=True)[:pool])
