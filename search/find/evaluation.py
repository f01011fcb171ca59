"""How well the search query alone ranks: judged demands, and known items found again from a worn title.

They run on the engine itself, in an index of their own that is dropped afterwards; short queries on PostgreSQL too.
"""

import json
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import fmean as mean
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings
from elasticsearch.dsl import Q, Search
from opencc import OpenCC

from market.kernel.policy import PUBLIC
from market.reference.identifiers.ipc import ipc_levels
from market.reference.identifiers.patents import number_forms
from search.analysis import synonyms, text
from search.find import backends, elastic, wider
from search.find.query import Scope, parse
from search.index import encoder, engine, indexing, vectors
from search.index.breaker import EngineAway
from search.index.documents import Document

BATCH = 500
DEPTH = 10
SEED = 20261125
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
KIND = "item"
SCOPE = Scope(audience=[PUBLIC], kinds=[KIND])


@dataclass(frozen=True, slots=True)
class Judged:
    """nDCG at ten over the demands that have a gain; judged pairs only, gain = level − 1."""

    ndcg: float
    demands: int


@dataclass(frozen=True, slots=True)
class Known:
    """Mean reciprocal rank of each known item among all, and the share that comes first."""

    mrr: float
    first: float
    items: int


@dataclass(frozen=True, slots=True)
class Short:
    """Short and natural queries: the share that finds nothing strictly, that shows nothing at all, and that has what
    must be there among the first ten; the last also by kind of query.
    """

    without_strict: float
    without: float
    success: float
    by_kind: Mapping[str, float]
    missed: Sequence[str]
    queries: int


@contextmanager
def index_of(
    items: Iterable[tuple[str, str, str] | Document], namespace: str = "evaluation", *, has_meaning: bool = False
) -> Iterator[dict[str, str]]:
    """An index of (id, title, text), or of documents, that lives as long as the block; gives ids by keys.

    With `has_meaning` the stored vectors of the titles are in it too.
    """
    with override_settings(NAMESPACE=f"{settings.NAMESPACE}-{namespace}"):
        engine.drop_all()
        keys: dict[str, str] = {}
        try:
            engine.ensure_index()
            batch: list[indexing.Change] = []
            for item in items:
                document = item if isinstance(item, Document) else _document(*item)
                keys[f"{KIND}:{document.id}"] = "" if isinstance(item, Document) else item[0]
                batch.append(indexing.Change(KIND, document.id, 1, document))
                if len(batch) == BATCH:
                    _write(batch, has_meaning)
            _write(batch, has_meaning)
            engine.refresh(engine.alias())
            yield keys
        finally:
            engine.drop_all()


@contextmanager
def rows_of(documents: Iterable[Document]) -> Iterator[None]:
    """The same in PostgreSQL, in a transaction that is undone."""
    with transaction.atomic():
        indexing.store(documents)
        yield
        transaction.set_rollback(True)


def short_queries(file: Path, patents: Path, *, by_database: bool = False) -> Short:
    """The queries of a file (kind, query, must; tab separated) among patents (publication_no, title, ipc_subclasses).

    `must` is what one of the first ten has to be: alternatives by |, of which every part joined by & stands in the
    title, is the beginning of an IPC code (ipc:), or is the publication number (no:). Vectors count where they are
    stored.
    """
    rows = _lines(patents)
    known = {str(_uuid(row["publication_no"])): row for row in rows}
    asked = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    if encoder.is_available():
        encoder.load()
    strict, shown, hits = [0.0] * len(asked), [0.0] * len(asked), [0.0] * len(asked)
    documents = map(_patent, rows)
    backend = backends.POSTGRESQL if by_database else backends.ELASTICSEARCH
    with rows_of(documents) if by_database else index_of(documents, has_meaning=True):
        for number, (_kind, typed, must) in enumerate(asked):
            query = parse(typed)
            found = list(backend.answer(query, scope=SCOPE, position="", size=DEPTH).items)
            strict[number] = float(bool(found))
            found += wider.near(backend, query, scope=SCOPE, known=found, size=DEPTH)
            shown[number] = float(bool(found))
            hits[number] = float(any(_is_wanted(known[str(hit.id)], must) for hit in found))
    kinds = dict.fromkeys(kind for kind, _typed, _must in asked)
    return Short(
        without_strict=1 - mean(strict),
        without=1 - mean(shown),
        success=mean(hits),
        by_kind={
            name: mean(hit for hit, (kind, *_rest) in zip(hits, asked, strict=True) if kind == name) for name in kinds
        },
        missed=[typed for hit, (_kind, typed, _must) in zip(hits, asked, strict=True) if not hit],
        queries=len(asked),
    )


def _patent(row: Mapping[str, Any]) -> Document:
    levels = list(dict.fromkeys(level for code in row["ipc_subclasses"] for level in ipc_levels(code)))
    plain = _document(row["publication_no"], row["title"], "")
    return replace(plain, identifiers=[*number_forms("", row["publication_no"]), *levels], codes=levels)


def _is_wanted(row: Mapping[str, Any], must: str) -> bool:
    def holds(part: str) -> bool:
        sort, colon, wanted = part.rpartition(":")
        if not colon:
            return part.lower() in row["title"].lower()
        if sort == "no":
            return bool(row["publication_no"] == wanted)
        return any(code.startswith(wanted) for code in row["ipc_subclasses"])

    return any(all(map(holds, alternative.split("&"))) for alternative in must.split("|"))


def judged(folder: Path) -> Judged:
    """The demands of a folder with demands.jsonl, achievements.jsonl and judgements.tsv (levels 1–4)."""
    achievements = _lines(folder / "achievements.jsonl")
    levels: dict[str, dict[str, int]] = {}
    for line in (folder / "judgements.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        demand, achievement, level = line.split("\t")
        levels.setdefault(demand, {})[achievement] = int(level)
    items = [(row["id"], row["title"].replace(" ", ""), row.get("text", "")) for row in achievements]
    scores = []
    with index_of(items) as keys:
        key_of = {item_id: key for key, item_id in keys.items()}
        for row in _lines(folder / "demands.jsonl"):
            gains = {achievement: level - 1 for achievement, level in levels.get(row["id"], {}).items()}
            if not any(gains.values()):
                continue
            ranked = _ranked(_wording(row), [key_of[achievement] for achievement in gains])
            scores.append(ndcg([gains[keys[key]] for key in ranked], sorted(gains.values(), reverse=True)))
    return Judged(sum(scores) / len(scores), len(scores))


def known_items(file: Path) -> Known:
    """The abstracts of a file, each looked for by its title with a third of its words dropped and one put otherwise."""
    rows = _lines(file)
    chance = random.Random(SEED)  # noqa: S311  repeatable, not secret
    found: list[float] = []
    with index_of((row["id"], row["title"], row["abstract"]) for row in rows) as keys:
        for row in rows:
            query = parse(worn(row["title"], chance))
            body = elastic.body(query, scope=SCOPE, size=DEPTH) | {"aggs": {}, "_source": False}
            hits = [keys[hit["_id"]] for hit in engine.search(body)["hits"]["hits"]]
            found.append(1 / (hits.index(row["id"]) + 1) if row["id"] in hits else 0.0)
    return Known(sum(found) / len(found), sum(1 for rank in found if rank == 1) / len(found), len(found))


def worn(title: str, chance: random.Random) -> str:
    """The title as someone half remembers it: two thirds of its words, one of them put otherwise."""
    words = pieces(title)
    kept = sorted(chance.sample(range(len(words)), max(1, math.ceil(len(words) * 2 / 3))))
    remembered = [words[at] for at in kept]
    at = chance.randrange(len(remembered))
    others = synonyms.variants(remembered[at])
    remembered[at] = chance.choice(others) if others else traditional(remembered[at])
    return " ".join(remembered)


def pieces(title: str) -> list[str]:
    """Stretches of two Han characters and whole other words: what stands in for words, with no dictionary."""
    found: list[str] = []
    for run in text.runs(title):
        found += [run.text[at : at + 2] for at in range(0, len(run.text), 2)] if run.is_han else [run.text]
    return found or [title]


def traditional(word: str) -> str:
    converted: str = _traditional().convert(word)
    return converted


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def ndcg(gains: Sequence[int], ideal: Sequence[int], depth: int = DEPTH) -> float:
    """Discounted cumulative gain over the best possible; the gains are linear."""

    def dcg(values: Sequence[int]) -> float:
        return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(values[:depth]))

    return dcg(gains) / dcg(ideal)


def _wording(row: Mapping[str, Any]) -> str:
    """A demand as a query: its title three times as heavy as what it says."""
    return " ".join([row["title"]] * 3 + [row.get("content", "")])


def _ranked(wording: str, keys: Sequence[str]) -> list[str]:
    """The keys by the clauses that score a search, those without a word in common last."""
    query = Q("bool", filter=[Q("ids", values=list(keys))], should=list(map(Q, elastic.scored(wording))))
    request = Search().query(query).source(False).sort("_score", "object_id")
    request = request.extra(size=len(keys), track_total_hits=False)
    return [hit["_id"] for hit in engine.search(request.to_dict())["hits"]["hits"]]


def _document(item_id: str, title: str, body: str) -> Document:
    return Document(KIND, _uuid(item_id), 1, title, body, [PUBLIC], EPOCH)


def _uuid(item_id: str) -> UUID:
    return uuid5(NAMESPACE_URL, item_id)


def _write(batch: list[indexing.Change], has_meaning: bool) -> None:
    titles = [change.document.title for change in batch if change.document is not None]
    meanings = vectors.stored(titles) if has_meaning else {}
    changes = [
        replace(change, embedding=meanings[change.document.title].tolist())
        if change.document is not None and change.document.title in meanings
        else change
        for change in batch
    ]
    if failures := indexing.index(changes, name=engine.alias()):
        raise EngineAway(f"{len(failures)} documents were refused: {next(iter(failures.values())).reason}")
    batch.clear()


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
