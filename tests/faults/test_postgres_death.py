"""Case 17: PostgreSQL is killed with all its processes under load; every entry that it acknowledged is there.

A cluster of the test's own, with the schema and the cast of the test's database. `fsync` is on, but a kill is no loss
of power: what the kernel had in its page cache survives. The control acknowledges before it writes.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.local.folder import Folder
from deploy.local.servers import postgresql
from deploy.local.state import PROJECT_DIR
from tests.cast import Cast
from tests.faults.writers import SEED, Writers, database_url, template

EARLY = "-c synchronous_commit=off -c wal_buffers=64MB -c bgwriter_lru_maxpages=0"


class Cluster:
    """A server that is killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self.unit = postgresql.embedded(Folder(folder))
        self.unit.prepare(lambda _text: None)
        self.log = (folder / "server.log").open("ab")

    @property
    def url(self) -> str:
        return self.unit.url

    def start(self, more: str = "") -> None:
        self.process = subprocess.Popen([*self.unit.command, *more.split()], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while not self.is_ready():
            assert time.monotonic() < deadline, "the server does not come up"
            if self.process.poll() is not None:  # a process of the dead one still held its memory
                time.sleep(0.2)
                self.process = subprocess.Popen([*self.unit.command, *more.split()], stdout=self.log, stderr=self.log)
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            return self.unit.is_ready()
        except psycopg.OperationalError:
            return False

    def stop_writing(self) -> None:
        """Hold the process that writes for whoever does not wait for it, so that its pace decides nothing."""
        with psycopg.connect(self.url) as reader:
            (pid,) = reader.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'").fetchone()
        os.kill(pid, signal.SIGSTOP)

    def kill(self) -> None:
        """SIGKILL to the postmaster and to each of its processes."""
        pid = int((self.unit.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for victim in (pid, *map(int, children)):
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()

    def fill(self, source: str) -> None:
        """Schema and rows of another database."""
        dump = [str(postgresql.binaries() / "pg_dump"), "--no-owner", source]
        load = [str(postgresql.binaries() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", self.url]
        dumped = subprocess.run(dump, capture_output=True, check=True).stdout
        subprocess.run(load, input=dumped, capture_output=True, check=True)


@pytest.fixture
def cluster(committed_cast: Cast, tmp_path: Path) -> Iterator[Cluster]:
    template(committed_cast)
    found = Cluster(tmp_path)
    yield found
    if found.process.poll() is None:
        found.kill()


def lost(cluster: Cluster, writers: Writers) -> list[str]:
    """Acknowledged transactions that are not in the ledger, by their first event."""
    with psycopg.connect(cluster.url) as reader:
        there = {str(event) for (event,) in reader.execute("SELECT event_id FROM turnover_turnoverentry")}
    return [event for _size, _entries, event in writers.told() if event not in there]


def kill_under_load(cluster: Cluster, folder: Path, *, kills: int, more: str = "") -> Writers:
    """Eight writers until each kill; after it the server recovers and others go on."""
    cluster.start(more)
    cluster.fill(database_url())
    writers, chance = Writers(folder, count=8, url=cluster.url), random.Random(SEED)  # noqa: S311  a seed
    for _ in range(kills):
        if more:
            cluster.stop_writing()
        before = writers.done()
        running = [writers.start(1_000_000) for _ in range(writers.count)]
        while writers.done() < before + 200 + chance.randrange(300):
            assert any(process.poll() is None for process in running), (folder / "errors").read_text()
            time.sleep(0.02)
        cluster.kill()
        for process in running:
            assert process.wait(30) != 0  # its connection broke
        cluster.start(more)
    return writers


def nothing_is_lost(cluster: Cluster, folder: Path, *, kills: int) -> None:
    writers = kill_under_load(cluster, folder, kills=kills)

    missing = lost(cluster, writers)
    print(f"seed {SEED}: {kills} kills, {len(writers.told()):,} transactions acknowledged, {len(missing)} lost")  # noqa: T201
    assert missing == []
    check = [sys.executable, str(PROJECT_DIR / "manage.py"), "check_turnover", "--json"]
    told = subprocess.run(check, env=os.environ | {"DATABASE_URL": cluster.url}, capture_output=True, check=True)
    assert b'"differing": 0}' in told.stdout


def test_what_postgresql_acknowledged_survives_its_death(cluster, tmp_path):
    nothing_is_lost(cluster, tmp_path, kills=2)


@pytest.mark.faults
def test_what_postgresql_acknowledged_survives_many_deaths(cluster, tmp_path):
    nothing_is_lost(cluster, tmp_path, kills=30)


def test_control_what_is_acknowledged_before_it_is_written_is_lost(cluster, tmp_path):
    writers = kill_under_load(cluster, tmp_path, kills=1, more=EARLY)

    assert lost(cluster, writers) != []
