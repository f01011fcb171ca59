"""Listings that resemble a text, with each clause's own score: the raw material of matching.

Two steps, since the finer clauses cost five times as much: candidates by unique bigrams on title and text, then
unigrams and bigrams over all four fields for those few ids only (libraries reference, "Elasticsearch, tried").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchRank
from django.db import transaction
from django.db.models import F

from search import engine, text
from search.breaker import EngineAway
from search.fallback import raw
from search.models import SearchDocument

POOL = 200
MAX_TOKENS = 300
FINE_FIELDS = ("title_bi", "title_uni", "text_bi", "text_uni")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listing and the score of each clause that it met."""

    id: UUID
    title: str
    text: str
    parts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidates:
    items: Sequence[Candidate]
    is_degraded: bool


def similar(
    *, wording: str, kind: str, audience: Sequence[str], exclude_owner: str = "", pool: int = POOL
) -> Candidates:
    """Open listings of a kind, readable under `audience`, that share words with `wording`, unordered."""
    try:
        return Candidates(_by_engine(wording, kind, audience, exclude_owner, pool), is_degraded=False)
    except EngineAway:
        return Candidates(_by_database(wording, kind, audience, exclude_owner, pool), is_degraded=True)


def _by_engine(wording: str, kind: str, audience: Sequence[str], exclude_owner: str, pool: int) -> list[Candidate]:
    filters: list[dict[str, Any]] = [
        {"term": {"kind": kind}},
        {"term": {"is_open": True}},
        {"terms": {"audience": sorted(audience)}},
    ]
    must_not = [{"term": {"owner": exclude_owner}}] if exclude_owner else []
    coarse = text.unique(text.bigrams(wording))[:MAX_TOKENS]
    if not coarse:
        return []
    found = engine.search(
        {
            "size": pool,
            "_source": False,
            "track_total_hits": False,
            "query": {
                "bool": {
                    "filter": filters,
                    "must_not": must_not,
                    "should": [_match("title_bi", coarse), _match("text_bi", coarse)],
                    "minimum_should_match": 1,
                }
            },
        }
    )
    keys = [row["_id"] for row in found["hits"]["hits"]]
    if not keys:
        return []
    tokens = {"bi": coarse, "uni": text.unique(text.unigrams(wording))[:MAX_TOKENS]}
    clauses = [_match(name, tokens[name.rsplit("_", 1)[1]], name) for name in FINE_FIELDS]
    fine = engine.search(
        {
            "size": len(keys),
            "_source": ["object_id", "title", "text"],
            "track_total_hits": False,
            "query": {"bool": {"filter": [{"ids": {"values": keys}}], "should": clauses}},
        },
        include_named_queries_score=True,
    )
    return [
        Candidate(
            id=UUID(row["_source"]["object_id"]),
            title=row["_source"]["title"],
            text=row["_source"]["text"],
            parts={name: float(row.get("matched_queries", {}).get(name, 0.0)) for name in FINE_FIELDS},
        )
        for row in fine["hits"]["hits"]
    ]


def _match(field: str, tokens: Sequence[str], name: str = "") -> dict[str, Any]:
    return {"match": {field: {"query": " ".join(tokens)} | ({"_name": name} if name else {})}}


@transaction.atomic
def _by_database(wording: str, kind: str, audience: Sequence[str], exclude_owner: str, pool: int) -> list[Candidate]:
    tokens = text.unique(text.bigrams(wording))[:64]
    if not tokens:
        return []
    query = raw(tokens, " | ")
    rows = (
        SearchDocument.objects.filter(kind=kind, is_open=True, audience__overlap=list(audience), tokens=query)
        .exclude(owner=exclude_owner or "-")
        .annotate(rank=SearchRank(F("tokens"), query))
        .order_by("-rank", "-published_at", "key")[:pool]
    )
    return [
        Candidate(id=row.object_id, title=row.title, text=row.text, parts={"text": float(row.rank)}) for row in rows
    ]
