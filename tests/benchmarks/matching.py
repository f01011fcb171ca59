"""P13, P14, P15: proposing and matching against raw searches; a small change; memory; the page of stored matches.

Wall-clock times: the engine is another process. All vectors are invented, so no time of the encoder is in here: a
worker needs it once for each content, when a listing is published.
"""

from collections.abc import Sequence
from time import perf_counter, process_time
from typing import Any, TypeVar

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.test.utils import override_settings
from tqdm import tqdm

from listings.catalog.models import Achievement, Demand
from market.kernel import clock
from matching.matches import corpus, listing_adapter, pairing, queue
from matching.matches.models import Kind, Match
from matching.matches.scorer import Scorer
from search.find import candidates, elastic
from search.find.candidates import Seeker
from search.index import encoder, engine, maintenance
from tests.benchmarks import data, frame, meaning, wsgi
from tests.benchmarks.searching import overheard

SAMPLE, LARGE_BATCH, READ = 100, 50, 40
ROUNDS, FEW_ROUNDS = 15, 3
NEW = 40
FIRST_NEW = 10_000_000
REBUILD_SECONDS = 30.0
PEAK = "import django; django.setup(); from tests.benchmarks import matching; matching.print_peak()"
T = TypeVar("T")
Batch = Sequence[Demand]


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """P14 and the smaller peak are of a tenth of the size, where a full matching ends within minutes."""
    demands = plan.demands or max(1, plan.rows // 10)
    small, few = plan.rows // 10, max(1, demands // 10)
    ratios: list[frame.Ratio] = []
    # Addresses of static files without their hashes: nothing was collected here, and neither page is served them.
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with data.scratch_index(), override_settings(RATE_LIMIT=False, STORAGES=storages):
        call_command("load_reference", verbosity=0)
        peaks: list[float] = []
        if plan.wants("P14", "memory"):
            build(small, few)
            meaning.build_for_ranker(Kind.ACHIEVEMENT, Achievement.objects.all())
            ratios += [after_a_small_change(plan)] if plan.wants("P14") else []
            peaks = data.peaks(PEAK, plan.rounds or FEW_ROUNDS) if plan.wants("memory") else []
        if not plan.wants("P13", "P13-50", "P13-pruned", "P15", "page", "memory"):
            return ratios
        build(plan.rows, demands)
        corpus.recount(at=clock.now())
        sample = list(Demand.objects.order_by("-published_at")[:SAMPLE])
        build_for_partners(sample[:READ])
        if peaks:
            pairs = list(zip(data.peaks(PEAK, plan.rounds or FEW_ROUNDS), peaks, strict=True))
            ratios.append(frame.ratio_of("memory", pairs, unit="kib", clock="memory", more={"small": small}))
        if plan.wants("P13", "P13-50", "P13-pruned"):
            ratios += proposing(sample, plan)
        if plan.wants("page"):
            ratios.append(page(sample[:READ], plan))
        if plan.wants("P15"):
            ratios.append(new_listings(plan))
    return ratios


def build(listings: int, demands: int) -> None:
    """Bring the listings, their vectors and the index up to this size."""
    data.build_listings(listings, first=Achievement.objects.count())
    data.build_demands(demands, first=Demand.objects.count())
    for model in (Achievement, Demand):
        meaning.build_for_index(model._default_manager.all())
    meaning.build_for_ranker(Kind.DEMAND, Demand.objects.all())
    maintenance.rebuild()


def build_for_partners(sample: Batch) -> None:
    """The ranker's vectors of those that are proposed, since those of all listings would be gigabytes."""
    ids = {listing_id for proposal in candidates.propose(seekers_of(sample)) for listing_id in proposal.ids}
    meaning.build_for_ranker(Kind.ACHIEVEMENT, Achievement.objects.filter(id__in=ids))


def batches(sample: Sequence[T], size: int) -> list[Sequence[T]]:
    return [sample[start : start + size] for start in range(0, len(sample), size)]


def proposing(sample: Batch, plan: frame.Plan) -> list[frame.Ratio]:
    """P13: a batch in one request against each of its searches by itself; P13-pruned: against scoring everything."""
    ratios = []
    compare(sample[: queue.BATCH])
    beside = whole(batches(sample[:READ], queue.BATCH))
    for name, size in (("P13", queue.BATCH), ("P13-50", LARGE_BATCH), ("P13-pruned", queue.BATCH)):
        if not plan.wants(name):
            continue
        pairs = [(seekers := seekers_of(batch), others(name, batch, seekers)) for batch in batches(sample, size)]
        (found,) = frame.percentiles(
            {name: 50},
            pairs,
            lambda pair: candidates.propose(pair[0]),
            lambda pair: [searched(body) for body in pair[1]],
            rounds=plan.rounds or ROUNDS,
            quiet=plan.quiet,
        )
        size = min(size, len(sample))
        each = {"demands_a_batch": size, "ours_ms_a_demand": found.ours / 1000 / size}
        more = each | {"theirs_ms_a_demand": found.theirs / 1000 / size}
        ratios.append(found.with_more(**more, **(beside if name == "P13" else {})))
    return ratios


def others(name: str, batch: Batch, seekers: Sequence[Seeker]) -> list[dict[str, Any]]:
    return exhaustive(batch) if name == "P13-pruned" else sent(lambda: candidates.propose(seekers))


def compare(batch: Batch) -> None:
    """Raises where matching sends other searches than are measured here."""
    asked = sent(lambda: candidates.propose(seekers_of(batch)))
    asks = sent(lambda: matched(Kind.DEMAND, batch))
    if sorted(map(orjson.dumps, asked)) != sorted(map(orjson.dumps, asks)):
        raise RuntimeError("matching asks otherwise, so these times mean nothing")


def seekers_of(batch: Batch) -> list[Seeker]:
    prepared = Scorer(corpus.statistics(at=clock.now())).prepare(Kind.DEMAND, batch)
    return [pairing.seeker_of(Kind.DEMAND, row, prepared[row.id]) for row in batch]


def sent(call: Any) -> list[dict[str, Any]]:
    """The searches that a call sends in one request, in order."""
    _target, body, _answer = overheard(lambda: call() and b"")
    return [line for line in map(orjson.loads, body.splitlines()) if line]


def exhaustive(batch: Batch) -> list[dict[str, Any]]:
    """For each demand one search that scores all listings: the title thrice and the beginning, over all four fields.

    Counting all hits keeps the engine from passing over those that cannot be among the best.
    """
    return [
        {
            "size": candidates.POOL,
            "_source": False,
            "track_total_hits": True,
            "query": {
                "bool": {
                    "filter": [{"term": {"kind": Kind.ACHIEVEMENT.value}}, {"term": {"is_open": True}}],
                    "must": {
                        "bool": {
                            "should": elastic.scored(
                                " ".join([row.title] * 3 + [listing_adapter.profile_of(row).body])
                            ),
                            "minimum_should_match": 1,
                        }
                    },
                }
            },
        }
        for row in batch
    ]


def searched(body: dict[str, Any]) -> Any:
    es = engine.client().options(request_timeout=REBUILD_SECONDS)
    return es.search(index=engine.alias(), body=body).body


@transaction.atomic
def matched(kind: Kind, batch: Sequence[Any]) -> pairing.Outcome:
    outcome = pairing.match_listings(kind, [row.id for row in batch], at=clock.now())
    if any(outcome.is_degraded.values()):
        raise RuntimeError("the engine was away, so these times mean nothing")
    return outcome


def whole(parts: Sequence[Batch]) -> dict[str, float]:
    """Milliseconds a demand of matching from the question to the stored rows, and how many pairs are kept."""
    demands = sum(map(len, parts))
    for batch in parts:
        matched(Kind.DEMAND, batch)
    processor, began = process_time(), perf_counter()
    for batch in parts:
        matched(Kind.DEMAND, batch)
    spent, taken = process_time() - processor, perf_counter() - began
    kept = Match.objects.filter(demand__in=[row.id for batch in parts for row in batch]).count()
    return {
        "matching_ms_a_demand": taken * 1000 / demands,
        "of_it_processor_ms": spent * 1000 / demands,
        "kept_a_demand": kept / demands,
    }


def after_a_small_change(plan: frame.Plan) -> frame.Ratio:
    """P14: all demands matched anew against a run after one in a hundred changed."""
    everything = list(Demand.objects.order_by("id").values_list("id", flat=True))
    changed = everything[:: min(100, len(everything))]
    pairs = []
    for _ in tqdm(range(plan.rounds or FEW_ROUNDS), desc="P14", unit="round", disable=plan.quiet):
        full, done = timed_matching(is_full=True)
        if done != len(everything):
            raise RuntimeError(f"{done} of {len(everything)} demands were matched, so these times mean nothing")
        Demand.objects.filter(id__in=changed).update(version=F("version") + 1)
        part, done = timed_matching(is_full=False)
        if done != len(changed):
            raise RuntimeError(f"{done} demands were matched, {len(changed)} had changed")
        pairs.append((part, full))
    began = perf_counter()
    corpus.recount(at=clock.now())
    more = {
        "demands": len(everything),
        "listings": Achievement.objects.count(),
        "counting_words_ms": (perf_counter() - began) * 1e3,
    }
    return frame.ratio_of("P14", pairs, clock="wall", more=more)


def timed_matching(*, is_full: bool) -> tuple[float, int]:
    began = perf_counter()
    done, _pairs = queue.match_all(is_full=is_full)
    return perf_counter() - began, done


def new_listings(plan: frame.Plan) -> frame.Ratio:
    """P15: a batch of new listings, from being due to their stored matches, against a raw search for each's words."""
    fresh = Achievement.objects.bulk_create(data.new_listing(FIRST_NEW + number) for number in range(NEW))
    known = Achievement.objects.filter(id__in=[row.id for row in fresh])
    meaning.build_for_index(known)
    meaning.build_for_ranker(Kind.ACHIEVEMENT, known)
    parts = batches(fresh, queue.BATCH)
    (found,) = frame.percentiles(
        {"P15": 50},
        [(batch, words_of(batch)) for batch in parts],
        lambda pair: drained(pair[0]),
        lambda pair: [searched(body) for body in pair[1]],
        rounds=plan.rounds or ROUNDS,
        quiet=plan.quiet,
    )
    more = {"listings_a_batch": len(parts[0]), "ours_ms_a_listing": found.ours / 1000 / len(parts[0])}
    return found.with_more(**more, demands=Demand.objects.count())


def words_of(batch: Sequence[Achievement]) -> list[dict[str, Any]]:
    """Of the searches that matching sends for these listings, the first of each."""
    bodies = sent(lambda: matched(Kind.ACHIEVEMENT, batch))
    return bodies[:: len(bodies) // len(batch)]


def drained(batch: Sequence[Achievement]) -> None:
    queue.mark_due([(Kind.ACHIEVEMENT.value, row.id) for row in batch], at=clock.now())
    if (done := queue.drain()) != len(batch):
        raise RuntimeError(f"{done} of {len(batch)} listings were matched")


def page(sample: Batch, plan: frame.Plan) -> frame.Ratio:
    """The page of a demand's stored matches against the first page of the list of achievements."""
    for batch in batches(sample, queue.BATCH):
        matched(Kind.DEMAND, batch)
    handler = WSGIHandler()
    listed = wsgi.caller(handler, "/achievements/")
    pages = [wsgi.caller(handler, f"/matches/demand/{row.id}/") for row in sample]
    (found,) = frame.percentiles(
        {"page": 50},
        pages,
        lambda call: call(),
        lambda _call: listed(),
        rounds=plan.rounds or ROUNDS,
        quiet=plan.quiet,
    )
    return found.with_more(pages=len(pages))


def print_peak() -> None:
    """Count the words and match some demands, as a night's run does, and say what it took.

    The encoder is loaded on either side: a worker that has encoded one new listing has it from then on.
    """
    if encoder.is_available():
        encoder.encode([data.title_of(1)], is_query=False)
    corpus.recount(at=clock.now())
    for batch in batches(list(Demand.objects.order_by("-published_at")[:READ]), queue.BATCH):
        matched(Kind.DEMAND, batch)
    data.tell_peak()
