"""P9, P10, P11: rebuilding the index against bulk writing of ready documents and django-elasticsearch-dsl; its memory.

Wall-clock times: the engine is another process. P10 is of documents with the same fields and the same mapping.
"""

from collections import deque
from collections.abc import Callable

from elasticsearch.helpers import parallel_bulk

from search.index import engine, indexing, maintenance
from search.index.documents import projections
from search.index.mapping import SETTINGS, mapping, source_of
from tests.benchmarks import data, frame

SMALL, PATENTS, BULK_SECONDS = 10_000, 1, 120
MANY_ROUNDS, FEW_ROUNDS, PEAK_ROUNDS = 15, 3, 3
PEAK = "import django; django.setup(); from tests.benchmarks import reindexing; reindexing.print_peak()"


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """Fewer rounds from 20,000 documents on, where each takes a minute or two."""
    rounds = plan.rounds or (MANY_ROUNDS if plan.rows <= 2 * SMALL else FEW_ROUNDS)
    small = min(SMALL, plan.rows // 10)
    ratios: list[frame.Ratio] = []
    with data.scratch_index():
        data.build_listings(small, patents=PATENTS)
        peaks = data.peaks(PEAK, plan.rounds or PEAK_ROUNDS) if plan.wants("P11") else []
        data.build_listings(plan.rows, first=small, patents=PATENTS)
        if peaks:
            pairs = list(zip(data.peaks(PEAK, plan.rounds or PEAK_ROUNDS), peaks, strict=True))
            ratios.append(frame.ratio_of("P11", pairs, unit="kib", clock="memory", more={"small": small}))
        if plan.wants("P9"):
            ratios.append(_pace("P9", ready_bulk(), plan, rounds))
        for name in ("P10", "P10-tuned"):
            if plan.wants(name):
                from tests.benchmarks import dsl_peer  # in the group `bench` only

                theirs = dsl_peer.rebuild(f"{engine.alias()}-peer", is_tuned=name == "P10-tuned")
                ratios.append(_pace(name, theirs, plan, rounds))
    return ratios


def _pace(name: str, theirs: Callable[[], str], plan: frame.Plan, rounds: int) -> frame.Ratio:
    """Raises where the two leave different documents behind."""
    maintenance.rebuild()
    ours, other = digests(engine.alias()), digests(index := theirs())
    engine.drop([index])
    if len(ours) < min(plan.rows, 1000) or ours != other:
        raise RuntimeError("the two indexes differ, so their times mean nothing")
    try:
        return frame.paces(name, maintenance.rebuild, theirs, documents=plan.rows, rounds=rounds, quiet=plan.quiet)
    finally:
        engine.drop([index])


def ready_bulk() -> Callable[[], str]:
    """Writes documents that were made before into a new index of our mapping; four threads, as is the default."""
    name = f"{engine.alias()}-ready"
    ready = [
        {"_index": name, "_id": change.key, "_source": source_of(change.document)}
        for source in projections()
        for page in maintenance.pages(source)
        for change in indexing.load({(source.kind, listing_id): version for listing_id, version in page})
        if change.document is not None
    ]
    es = engine.client().options(request_timeout=BULK_SECONDS)

    def write() -> str:
        es.indices.delete(index=name, ignore_unavailable=True)
        es.indices.create(index=name, mappings=mapping().to_dict(), settings=SETTINGS)
        deque(parallel_bulk(es, ready), maxlen=0)
        engine.refresh(name)
        return name

    return write


def digests(name: str) -> dict[str, str]:
    """What the first thousand documents of an index by id hold, without the names that differ by intent."""
    engine.refresh(name)
    body = {"size": 1000, "query": {"match_all": {}}, "sort": [{"object_id": "asc"}]}
    hits = engine.ask(lambda es: es.search(index=name, body=body).body, seconds=engine.INDEX_SECONDS)["hits"]["hits"]
    return {hit["_source"]["object_id"]: hit["_source"]["digest"] for hit in hits}


def print_peak() -> None:
    """Rebuild, and say what it took."""
    maintenance.rebuild()
    data.tell_peak()
