"""Rebuilding the index without a missing moment, and finding out where it differs from the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from elasticsearch.helpers import scan

from market.kernel import outbox
from search import engine, indexing
from search.documents import projections
from search.models import SearchDocument

BATCH = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """Keys that the index lacks, has in an old version, or has though no row asks for them."""

    missing: Sequence[str]
    stale: Sequence[str]
    orphaned: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    indexed: int
    failed: Mapping[str, outbox.Failure]


def rebuild(progress: Progress = lambda done, total: None) -> Rebuilt:
    """Fill a new index, catch up with what changed meanwhile, swap the alias, drop the old one.

    Writes go on into the old index; a sweep after the swap brings over those that came in between.
    """
    name = engine.create_index()
    wanted = expected()
    failed: dict[str, outbox.Failure] = {}
    done = 0
    for batch in chunks(list(wanted), BATCH):
        failed |= _write({key: wanted[key] for key in batch}, name)
        done += len(batch)
        progress(done, len(wanted))
    _refresh(name)
    engine.drop(engine.point_alias_at(name))
    drift = compare()
    repair(drift)
    return Rebuilt(len(wanted) - len(failed), failed)


def compare() -> Drift:
    """The index against the rows, both ways, by id and version."""
    wanted = {f"{kind}:{listing_id}": version for (kind, listing_id), version in expected().items()}
    found = _indexed()
    return Drift(
        missing=sorted(wanted.keys() - found.keys()),
        stale=sorted(key for key in wanted.keys() & found.keys() if found[key] < wanted[key]),
        orphaned=sorted(found.keys() - wanted.keys()),
    )


def repair(drift: Drift) -> int:
    """Write what is missing or stale, remove what is orphaned, in both copies; returns how many."""
    name = engine.ensure_index()
    keys = [_parsed(key) for key in (*drift.missing, *drift.stale, *drift.orphaned)]
    versions = expected()
    for batch in chunks(keys, BATCH):
        _write({key: versions.get(key, 2**31) for key in batch}, name)
    return len(keys)


def refill_fallback(progress: Progress = lambda done, total: None) -> int:
    """Write PostgreSQL's copy anew."""
    wanted = list(expected())
    for done, batch in enumerate(chunks(wanted, BATCH)):
        changes = indexing.load(dict.fromkeys(batch, 0))
        indexing.store(change.document for change in changes if change.document)
        progress(done * BATCH, len(wanted))
    keys = {f"{kind}:{listing_id}" for kind, listing_id in wanted}
    SearchDocument.objects.exclude(key__in=keys).delete()
    return len(wanted)


def expected() -> dict[tuple[str, UUID], int]:
    """Every listing that must be found by someone, with its version."""
    return {
        (source.kind, listing_id): version
        for source in projections()
        for listing_id, version in source.versions().items()
    }


def chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _write(wanted: indexing.Wanted, name: str) -> Mapping[str, outbox.Failure]:
    return indexing.index(indexing.load(wanted), name=name)


def _refresh(name: str) -> None:
    engine.ask(lambda es: es.indices.refresh(index=name), seconds=engine.INDEX_SECONDS)


def _indexed() -> dict[str, int]:
    name = engine.ensure_index()
    _refresh(name)

    def read(es: Any) -> dict[str, int]:
        rows = scan(es, index=name, query={"_source": ["version"], "query": {"match_all": {}}}, size=1000)
        return {row["_id"]: row["_source"]["version"] for row in rows}

    return engine.ask(read, seconds=engine.INDEX_SECONDS)


def _parsed(key: str) -> tuple[str, UUID]:
    kind, _, listing_id = key.partition(":")
    return kind, UUID(listing_id)
