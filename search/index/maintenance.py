"""Rebuilding the index without a missing moment, and finding out where it differs from the rows.

Both are one walk along two ordered streams, the rows by id and the documents by id, so their memory does not grow
with the number of listings, and a walk that was broken off is simply begun again.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from market.kernel import outbox
from search.index import engine, indexing
from search.index.breaker import EngineAway
from search.index.documents import Projection, projections
from search.index.mapping import ANALYSIS, digest_of, mapping_hash
from search.index.models import SearchDocument

BATCH = 500
PASSES = 5
WRITERS = 2
PAUSES_SECONDS = (1.0, 2.0, 4.0)
NAMED = 20
REBUILD_LOCK = 0x5EA2C4
Progress = Callable[[int, int], None]
WAYS = ("missing", "stale", "orphaned", "blanked")


class RebuildRunning(Exception):
    """Another rebuild holds the lock."""


@dataclass
class Drift:
    """How many documents the index lacks, has in an old version, has though no row asks for them, or has altered.

    `named` holds the first keys of each; `blocked` says that the index refused writes.
    """

    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=lambda: {way: [] for way in WAYS})
    blocked: bool = False
    failed: dict[str, outbox.Failure] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.counts.total()

    def note(self, way: str, key: str) -> None:
        self.counts[way] += 1
        if len(self.named[way]) < NAMED:
            self.named[way].append(key)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    indexed: int
    failed: Mapping[str, outbox.Failure]


def rebuild(progress: Progress = lambda done, total: None) -> Rebuilt:
    """Fill the next index and swap it in; raises EngineAway, RebuildRunning.

    While it is being filled the relay writes into both, so nothing is missing at the swap. A rebuild that was
    broken off is taken up again: what the next index has already is not written twice.
    """
    with _alone():
        name = engine.ensure_next()
        drift = Drift()
        for number in range(PASSES):
            # What this rebuild has written is only checked for changes since: nobody else alters it before the swap.
            is_first = number == 0
            shown = progress if is_first else lambda done, total: None
            drift = _walk(name, mends=True, progress=shown, reads_content=is_first)
            if drift.total == 0 or drift.failed:
                break
        if not drift.failed:
            engine.drop(engine.promote(name))
        return Rebuilt(sum(source.count() for source in projections()) - len(drift.failed), drift.failed)


def compare(progress: Progress = lambda done, total: None) -> Drift:
    """The index against the rows, both ways, by id, version and content; raises EngineAway."""
    name = engine.ensure_index()
    drift = _walk(name, mends=False, progress=progress)
    drift.blocked = engine.is_blocked(name)
    return drift


def repair(progress: Progress = lambda done, total: None) -> Drift:
    """Mend what differs, and lift a block on writing; returns what differed. Raises EngineAway."""
    name = engine.ensure_index()
    blocked = engine.is_blocked(name)
    if blocked:
        engine.unblock(name)
    drift = _walk(name, mends=True, progress=progress)
    drift.blocked = blocked
    return drift


def refill_fallback(progress: Progress = lambda done, total: None) -> int:
    """Write PostgreSQL's copy anew; returns how many documents it has."""
    total = sum(source.count() for source in projections())
    done = 0
    for source in projections():
        keys: set[UUID] = set()
        for page in pages(source):
            changes = indexing.load({(source.kind, listing_id): version for listing_id, version in page})
            indexing.store(change.document for change in changes if change.document)
            keys |= {listing_id for listing_id, _version in page}
            done += len(page)
            progress(done, total)
        SearchDocument.objects.filter(kind=source.kind).exclude(object_id__in=keys).delete()
    return done


def renew(progress: Progress = lambda done, total: None) -> list[str]:
    """Make anew what an earlier release wrote by other rules; returns which copies, of "fallback" and "index".

    While that takes, both answer by the tokens that they have. Raises EngineAway, RebuildRunning.
    """
    renewed = []
    if SearchDocument.objects.filter(Q(analysis__lt=ANALYSIS) | Q(analysis__gt=ANALYSIS)).exists():
        refill_fallback(progress)
        renewed.append("fallback")
    if engine.is_configured():
        name = engine.current_index()
        if name is not None and mapping_hash() not in name:
            rebuild(progress)
            renewed.append("index")
    return renewed


def _walk(name: str, *, mends: bool, progress: Progress, reads_content: bool = True) -> Drift:
    with ThreadPoolExecutor(WRITERS) as pool:
        return _walk_with(pool, name, mends, progress, reads_content)


def _walk_with(pool: Executor, name: str, mends: bool, progress: Progress, reads_content: bool) -> Drift:
    engine.refresh(name)
    drift = Drift()
    writing: deque[Future[dict[str, outbox.Failure]]] = deque()
    total, done = sum(source.count() for source in projections()), 0
    wanted: dict[tuple[str, UUID], int] = {}

    def mend() -> None:
        # The engine takes in one batch while the next is read; only so many, so that memory does not grow.
        writing.append(pool.submit(_write, indexing.load(wanted), name))
        wanted.clear()
        if len(writing) > WRITERS:
            drift.failed |= writing.popleft().result()

    for source in projections():
        for way, listing_id, version in _differences(source, name, reads_content):
            if not way:
                done += 1
                if done % BATCH == 0:
                    progress(done, total)
                continue
            drift.note(way, f"{source.kind}:{listing_id}")
            done += way != "orphaned"
            if mends:
                wanted[source.kind, listing_id] = version
                if len(wanted) == BATCH:
                    mend()
                    progress(done, total)
    if wanted:
        mend()
    for batch in writing:
        drift.failed |= batch.result()
    progress(done, total)
    return drift


def _write(changes: Sequence[indexing.Change], name: str) -> dict[str, outbox.Failure]:
    """As `indexing.index`; an engine that is too busy, or just starting again, is given some time."""
    for pause in PAUSES_SECONDS:
        try:
            return indexing.index(changes, name=name)
        except EngineAway:
            time.sleep(pause)
    return indexing.index(changes, name=name)


def _differences(source: Projection, name: str, reads_content: bool) -> Iterator[tuple[str, UUID, int]]:
    """The way in which each row or document differs ("" where it does not), its id, and the version that is wanted."""
    rows = (row for page in pages(source) for row in page)
    found = _indexed(source.kind, name, reads_content)
    row, document = next(rows, None), next(found, None)
    while row or document:
        if document is None or (row is not None and row[0] < document[0]):
            assert row is not None
            yield "missing", *row
            row = next(rows, None)
        elif row is None or document[0] < row[0]:
            yield "orphaned", document[0], document[2]
            document = next(found, None)
        else:
            way = "stale" if document[1] < row[1] else "" if document[3] else "blanked"
            # What was altered there has a version that the engine gave it; ours must not be below.
            yield way, row[0], max(row[1], document[2])
            row, document = next(rows, None), next(found, None)


def pages(source: Projection) -> Iterator[Sequence[tuple[UUID, int]]]:
    """Ids and versions of the rows that must be in the index, by id."""
    after: UUID | None = None
    while page := source.versions(after, BATCH):
        yield page
        after = page[-1][0]


def _indexed(kind: str, name: str, reads_content: bool = True) -> Iterator[tuple[UUID, int, int, bool]]:
    """Id, version of the row, version in the index, and whether the content is what was written, by id."""
    after: list[Any] | None = None
    while hits := _hits(kind, name, after, reads_content):
        for hit in hits:
            if reads_content:
                source = hit["_source"]
                version, is_whole = source.get("version", 0), bool(source) and digest_of(source) == source.get("digest")
            else:
                version, is_whole = hit["fields"]["version"][0], True
            yield UUID(hit["sort"][0]), version, hit["_version"], is_whole
        after = hits[-1]["sort"]


def _hits(kind: str, name: str, after: list[Any] | None, reads_content: bool) -> list[dict[str, Any]]:
    from elasticsearch.dsl import Search  # with the client, which most processes never ask for

    wanted = Search().filter("term", kind=kind).sort("object_id").source(reads_content)
    wanted = wanted.extra(size=BATCH, version=True, docvalue_fields=["version"], track_total_hits=False)
    if after:
        wanted = wanted.extra(search_after=after)
    answer = engine.ask(lambda es: es.search(index=name, body=wanted.to_dict()).body, seconds=engine.INDEX_SECONDS)
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [REBUILD_LOCK])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise RebuildRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [REBUILD_LOCK])
