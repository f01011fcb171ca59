"""P12: how long after its commit a listing is found, over the engine's refresh interval, at a fixed rate of writes.

The writers are processes that keep to the clock whatever the answers take; the relay is a process of its own. Each
write is one committed transaction: a draft is published, with its event. The slowest hundredth of each two seconds
makes a round.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from redis import Redis
from tqdm import tqdm

from listings.catalog.events import ListingChanged
from listings.catalog.models import Achievement, State
from market.config.environment import BASE_DIR
from market.kernel import clock, outbox
from search.index import engine, maintenance
from search.index.mapping import SETTINGS
from tests.benchmarks import data, frame

RATES = {"P12": 100, "P12-500": 500}
ROUNDS, ROUND_SECONDS, LEAD_SECONDS, WRITERS = 15, 2.0, 0.5, 2
FIRST_WRITTEN = 10_000_000
POLL_SECONDS, LAST_SECONDS = 0.01, 30.0
REFRESH_SECONDS = int(SETTINGS["refresh_interval"].removesuffix("ms")) / 1000
WRITER = "import django; django.setup(); from tests.benchmarks import lagging; lagging.write(*map(float, {}))"


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """The size of the index should not matter: what is new is found in a segment of its own."""
    rounds = plan.rounds or ROUNDS
    with data.scratch_index():
        data.build_listings(plan.rows)
        maintenance.rebuild()
        return [measure(name, rate, rounds, plan.quiet) for name, rate in RATES.items() if plan.wants(name)]


def measure(name: str, rate: int, rounds: int, quiet: bool) -> frame.Ratio:
    seconds = rounds * ROUND_SECONDS
    with ExitStack() as running:
        relay = running.enter_context(process([sys.executable, "manage.py", "relay"]))
        await_relay()
        before = processor_seconds(relay.pid)
        writers = [
            running.enter_context(process([sys.executable, "-c", WRITER.format([seconds, rate / WRITERS, nth])]))
            for nth in range(WRITERS)
        ]
        begins = begin(writers)
        committed = Committed(writers)
        found = follow(committed, tqdm(total=round(seconds * rate), desc=name, unit="write", disable=quiet))
        spent = processor_seconds(relay.pid) - before
    lags: list[list[float]] = [[] for _ in range(rounds)]
    for key, at in committed.at.items():
        lags[min(int((at - begins) / ROUND_SECONDS), rounds - 1)].append(found.get(key, at + LAST_SECONDS) - at)
    every = [lag for some in lags for lag in some]
    pairs = [(frame.percentile(some, 99), REFRESH_SECONDS) for some in lags if some]
    more = {
        "writes_per_second": len(every) / seconds,
        "p50_ms": frame.percentile(every, 50) * 1000,
        "p99_ms": frame.percentile(every, 99) * 1000,
        "longest_ms": max(every) * 1000,
        "relay_us_per_write": spent / len(every) * 1_000_000,
    }
    return frame.ratio_of(name, pairs, clock="wall", more=more)


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor, less coarse than its clock ticks of 10 ms only in sum."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def await_relay() -> None:
    """Return once the relay is at work: its start is no part of the lag."""
    (row,) = drafts([FIRST_WRITTEN - 1])
    publish(row)
    deadline = time.monotonic() + LAST_SECONDS
    while not found_of([f"achievement:{row.id}"]):
        if time.monotonic() > deadline:
            raise TimeoutError("the relay has not started")
        time.sleep(POLL_SECONDS)
    row.delete()


def begin(writers: Sequence["subprocess.Popen[str]"]) -> float:
    """The moment at which all begin, once they are ready: who came late would write in a rush."""
    for writer in writers:
        if writer.stdout is None or not writer.stdout.readline():
            raise RuntimeError("a writer has not started")
    begins = time.monotonic() + LEAD_SECONDS
    for writer in writers:
        if writer.stdin is not None:
            print(begins, file=writer.stdin, flush=True)
    return begins


class Committed:
    """What the writers say that they have committed, and when."""

    def __init__(self, writers: list["subprocess.Popen[str]"]) -> None:
        self.at: dict[str, float] = {}
        self.threads = [threading.Thread(target=self._read, args=(writer,), daemon=True) for writer in writers]
        for thread in self.threads:
            thread.start()

    def _read(self, writer: "subprocess.Popen[str]") -> None:
        for line in writer.stdout or ():
            key, at = json.loads(line)
            self.at[key] = at

    @property
    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self.threads)


def follow(committed: Committed, bar: Any) -> dict[str, float]:
    """When each was first found; asks for all that are still missing, again and again."""
    found: dict[str, float] = {}
    ended = 0.0
    while not ended or (len(found) < len(committed.at) and time.monotonic() < ended + LAST_SECONDS):
        if not ended and committed.is_over:
            ended = time.monotonic()
        missing = [key for key in list(committed.at) if key not in found][:1000]
        if missing:
            there = found_of(missing)
            now = time.monotonic()
            found |= dict.fromkeys(there, now)
            bar.update(len(there))
        time.sleep(POLL_SECONDS)
    bar.close()
    return found


def found_of(keys: Sequence[str]) -> list[str]:
    body = {"query": {"ids": {"values": keys}}, "size": len(keys), "_source": False}
    answer = engine.ask(lambda es: es.search(index=engine.alias(), body=body).body)
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def drafts(numbers: Iterable[int]) -> list[Achievement]:
    """Made before the clock runs: what writing whole rows costs belongs to P5, and would take the relay's processor."""
    rows = Achievement.objects.bulk_create([data.new_listing(number) for number in numbers], batch_size=500)
    Achievement.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.DRAFT, published_at=None)
    return rows


def publish(row: Achievement) -> None:
    """A draft as `drafts` made it; the change and its event in one transaction."""
    at = clock.now()
    with transaction.atomic():
        Achievement.objects.filter(pk=row.pk).update(state=State.PUBLISHED, published_at=at)
        outbox.publish(ListingChanged(listing_id=row.id, kind="achievement", version=row.version), at=at)


def write(seconds: float, rate: float, nth: float) -> None:
    """In a process of its own: publish listings at their moments, and print each key with the time of its commit.

    Says that it is ready with an empty line, and is told when to begin by a line.
    """
    numbers = range(int(seconds * rate))
    rows = drafts(FIRST_WRITTEN + WRITERS * number + int(nth) for number in numbers)
    connection.ensure_connection()
    print(flush=True)
    begins = float(input())
    for number in numbers:
        row, due = rows[number], begins + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        publish(row)
        print(json.dumps([f"achievement:{row.id}", time.monotonic()]), flush=True)


@contextmanager
def process(words: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """Ended with the block; what it left for workers is removed, since none runs here."""
    started = subprocess.Popen(
        words,
        env=data.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=BASE_DIR,
    )
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(15)
        forget_messages()


def forget_messages() -> None:
    server: Any = Redis.from_url(settings.REDIS_URL)
    for key in server.scan_iter(f"{settings.NAMESPACE}:*"):
        server.delete(key)
