"""P23: what becomes slower as the market grows: list, detail, search, rebuild at all rows over a tenth of them.

`slope_percent` is a hundred times the exponent by which the median grows. `P23-page` is page 1,000 of the list over its
first one at all rows, side by side. The figure's own growth is measured by `turnover`.
"""

import statistics
from collections.abc import Mapping
from time import perf_counter
from urllib.parse import quote

import orjson
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings

from listings.catalog.models import Achievement
from search.index import maintenance
from tests.benchmarks import data, frame, wsgi

LIST = "/api/v1/achievements?limit=20"
ASKED, ROUNDS, DEEP, LARGEST = 50, 15, 1000, 100


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """A tenth of the rows first, then all."""
    few, rounds = max(1, plan.rows // 10), plan.rounds or ROUNDS
    with data.scratch_index(), override_settings(RATE_LIMIT=False):
        data.build_listings(few)
        before = measured(few, rounds)
        data.build_listings(plan.rows, first=few)
        after = measured(plan.rows, rounds)
        found = [
            frame.growth(f"P23-{name}", (few, before[name]), (plan.rows, after[name]))
            for name in before
            if plan.wants(f"P23-{name}")
        ]
        return [*found, deep(plan, rounds)] if plan.wants("P23-page") else found


def measured(rows: int, rounds: int) -> Mapping[str, list[float]]:
    """Seconds of a rebuild, and median seconds of an answer of the whole application, by kind and round."""
    began = perf_counter()
    maintenance.rebuild()
    found = {"rebuild": [perf_counter() - began]}
    handler = WSGIHandler()
    ids = Achievement.objects.order_by("?").values_list("id", flat=True)[:ASKED]
    calls = {
        "list": [wsgi.caller(handler, LIST)] * ASKED,
        "detail": [wsgi.caller(handler, f"/api/v1/achievements/{listing_id}") for listing_id in ids],
        "search": [
            wsgi.caller(handler, f"/api/v1/search?q={quote(typed)}")
            for typed in data.queries_of(ASKED, listings=min(rows, data.INVENTED))
        ],
    }
    found |= {name: [] for name in calls}
    for number in range(-frame.WARM_UP, rounds):
        for name, asked in calls.items():
            median = statistics.median(map(timed, asked))
            if number >= 0:
                found[name].append(median)
    return found


def timed(call: wsgi.Call) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def deep(plan: frame.Plan, rounds: int) -> frame.Ratio:
    """Page 1,000 of twenty, or the last one there is, against the first."""
    handler, cursor, passed = WSGIHandler(), "", 0
    while passed < (DEEP - 1) * 20:
        body = wsgi.caller(handler, f"/api/v1/achievements?limit={LARGEST}&cursor={quote(cursor)}")()
        following = orjson.loads(body)["next"]
        if following is None:
            break
        cursor, passed = following, passed + LARGEST
    far = wsgi.caller(handler, f"{LIST}&cursor={quote(cursor)}")
    near = wsgi.caller(handler, LIST)
    (found,) = frame.percentiles(
        {"P23-page": 50}, range(ASKED), lambda _: far(), lambda _: near(), rounds=rounds, quiet=plan.quiet
    )
    return found.with_more(rows=plan.rows, passed=passed)
