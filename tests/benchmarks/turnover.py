"""P16, P17, P23: the figure's endpoint against a plain sum over the ledger, and a write with all that follows it.

P16 asks the whole application, in this process, for the figure of one year after another, as known now. P17 has eight
clients that each commit one entry at a time: with its sums, outbox event, delivery and audit row on one side, and into
a table of the same columns and indexes without trigger or foreign key on the other. P23 is the endpoint's median at all
rows over that at a hundredth of them; its `slope_percent` is a hundred times the exponent by which it
grows.
"""

import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import psycopg
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings
from tqdm import tqdm

from contracts.turnover import checks, sums
from tests.benchmarks import frame, ledger, wsgi

CLIENTS, ROUNDS = 8, 15
PLAIN = "SELECT sum(contract_amount) FROM turnover_turnoverentry"
BESIDE = """
    WITH told AS (
        INSERT INTO kernel_outboxevent (topic, key, payload, occurred_at)
        VALUES ('contracts.registration.recorded', %s, '{"kind": "registered"}', now()) RETURNING id, key
    ), owed AS (
        INSERT INTO kernel_delivery (event_id, consumer, key, available_at, attempts, last_error)
        SELECT id, 'bench', key, now(), 0, '' FROM told
    )
    INSERT INTO kernel_auditrow (at, action, subject_kind, subject_id, changes, request_id)
    SELECT now(), 'registration.registered', 'registration.registration', key, '{"contract_amount": "1"}', '' FROM told
"""


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """A hundredth of the rows first, then a tenth, then all."""
    call_command("load_plan", verbosity=0)
    found, medians, built = [], [], 0
    with override_settings(RATE_LIMIT=False):
        for rows in (plan.rows // 100, plan.rows // 10, plan.rows):
            if rows == plan.rows or plan.wants("P23"):
                ledger.build(built + 1, rows)
                built = rows
                medians.append((rows, answering(plan)))
        if plan.wants("P16"):
            found.append(against_plain_sum(plan))
        if plan.wants("P23"):
            found.append(frame.growth("P23", medians[0], medians[-1]))
    if plan.wants("P17"):
        found.append(writing(plan))
    return found


def callers() -> list[wsgi.Call]:
    """The figure of each year, as anyone may ask for it."""
    handler = WSGIHandler()
    years = range(ledger.FIRST_YEAR, ledger.LAST_YEAR + 1)
    return [wsgi.caller(handler, f"/api/v1/turnover?year={year}&region={settings.HOME_REGION}") for year in years]


def answering(plan: frame.Plan) -> list[float]:
    """Median seconds of an answer, round by round."""
    asked, medians = callers(), []
    for _ in range(frame.WARM_UP + (plan.rounds or ROUNDS)):
        taken = []
        for ask in asked:
            began = perf_counter()
            ask()
            taken.append(perf_counter() - began)
        medians.append(statistics.median(taken))
    return medians[frame.WARM_UP :]


def against_plain_sum(plan: frame.Plan) -> frame.Ratio:
    """With the seconds that the check and a rebuild take at this size beside it."""

    def plain(_ask: wsgi.Call) -> None:
        with connection.cursor() as cursor:
            cursor.execute(PLAIN)
            cursor.fetchone()

    (found,) = frame.percentiles(
        {"P16": 50}, callers(), lambda ask: ask(), plain, rounds=plan.rounds or ROUNDS, quiet=plan.quiet
    )
    check_seconds, compared = timed(checks.compare)
    if compared.count:
        raise RuntimeError(f"sums and ledger differ, so their times mean nothing: {compared.differing[:3]}")
    rebuild_seconds, _cells = timed(lambda: sum(cells for _month, cells in sums.rebuild()))
    return found.with_more(
        rows=plan.rows, cells=compared.cells, check_seconds=check_seconds, rebuild_seconds=rebuild_seconds
    )


def writing(plan: frame.Plan) -> frame.Ratio:
    """Entries a second of eight clients, ours over a bare insert; every contract is entered once on either side."""
    rounds, each = plan.rounds or ROUNDS, max(1, min(250, plan.rows // CLIENTS))
    ledger.build_events(plan.rows + 1, plan.rows + rounds * each * CLIENTS)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_entry (LIKE turnover_turnoverentry INCLUDING ALL)")
    pairs = []
    with ThreadPoolExecutor(CLIENTS) as pool:
        for number in tqdm(range(rounds), desc="P17", unit="round", disable=plan.quiet):
            first = plan.rows + 1 + number * each * CLIENTS
            shares = [range(first + nth * each, first + (nth + 1) * each) for nth in range(CLIENTS)]
            seconds = [0.0, 0.0]
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                write = (write_ours, write_bare)[side]
                began = perf_counter()
                list(pool.map(write, shares))
                seconds[side] = (perf_counter() - began) / (each * CLIENTS)
            pairs.append((seconds[0], seconds[1]))
    if differing := checks.compare().differing:
        raise RuntimeError(f"sums and ledger differ, so their times mean nothing: {differing[:3]}")
    found = frame.ratio_of("P17", pairs, clock="wall", is_rate=True)
    return found.with_more(ours_per_second=1e6 / found.ours, theirs_per_second=1e6 / found.theirs)


def write_ours(numbers: range) -> None:
    """Each entry with its sums, which the database keeps, and with what a verb writes beside it."""
    with connected() as client:
        for number in numbers:
            with client.transaction(), client.cursor() as cursor:
                cursor.execute(ledger.INTO_LEDGER, [number])
                cursor.execute(BESIDE, [str(number)])


def write_bare(numbers: range) -> None:
    with connected() as client:
        for number in numbers:
            with client.transaction(), client.cursor() as cursor:
                cursor.execute(ledger.INTO_BARE, [number])


def connected() -> "psycopg.Connection[Any]":
    database = connection.settings_dict
    return psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
        autocommit=True,
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = perf_counter()
    found = work()
    return perf_counter() - began, found
