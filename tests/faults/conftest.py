"""The relay and Celery workers as a deployment starts them, on the database of the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from deploy.local.state import PROJECT_DIR
from search.index import engine
from tests.cast import Cast

WAIT_SECONDS = 60
NAMESPACE = f"{settings.NAMESPACE}-faults"


@pytest.fixture(autouse=True)
def _engine(elasticsearch: None) -> None:
    """What dies is not the engine, but where a test says so."""


class Processes:
    """Starts them, and kills them with everything that they started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder  # its part "files" holds the files of the test too
        database = connection.settings_dict
        login = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        self.environment = os.environ | {
            "DATABASE_URL": f"postgresql://{login}/{database['NAME']}",
            "REDIS_URL": settings.REDIS_URL,
            "ELASTICSEARCH_URL": settings.ELASTICSEARCH_URL,
            "NAMESPACE": NAMESPACE,
            "DATA_DIR": str(folder),
            "DEMO": "1",
            "SECRET_KEY": settings.SECRET_KEY,
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def worker(self, app: str = "market.config.celery") -> "subprocess.Popen[bytes]":
        return self._start("celery", "-A", app, "worker", "--concurrency", "2", "--without-gossip", "-l", "INFO")

    def relay(self) -> "subprocess.Popen[bytes]":
        return self._start(str(PROJECT_DIR / "manage.py"), "relay", is_module=False)

    def send(self, task: str) -> None:
        """What the schedule sends, now."""
        words = [sys.executable, "-m", "celery", "-A", "market.config.celery", "call", task]
        subprocess.run(words, cwd=PROJECT_DIR, env=self.environment, check=True, capture_output=True, timeout=60)

    def _start(self, *words: str, is_module: bool = True) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{len(self.running)}.log").open("wb")
        command = [sys.executable, *(["-m"] if is_module else []), *words]
        process = subprocess.Popen(
            command, cwd=PROJECT_DIR, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        self.running.append(process)
        return process

    def wait_until(self, claim: Callable[[], bool], what: str) -> None:
        """Ask until it is so; the test fails when it never is, or when a process ends by itself."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not claim():
            ended = [process.args for process in self.running if process.poll() not in (None, -signal.SIGKILL)]
            if ended or time.monotonic() > deadline:
                pytest.fail(f"{ended or WAIT_SECONDS}: {what}\n{self.logs()}")
            time.sleep(0.02)

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """SIGKILL to the whole group, as the machine's end would."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log")))


@pytest.fixture
def processes(committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    found = Processes(tmp_path)
    yield found
    for process in found.running:
        found.kill(process)
    monkeypatch.setattr(settings, "NAMESPACE", NAMESPACE)
    engine.drop_all()
