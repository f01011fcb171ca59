"""Processes that write the ledger at once, and what the database acknowledged to them."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

from contracts.registration.models import Registration
from deploy.local.state import PROJECT_DIR
from tests import story
from tests.cast import Cast

SEED = 20261127


def database_url() -> str:
    """The address of the database that the test runs in."""
    database = connection.settings_dict
    login = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    return f"postgresql://{login}/{database['NAME']}"


def template(cast: Cast) -> None:
    """A registration for the writers to copy."""
    told = story.apply(story.signed(cast))
    Registration.objects.filter(pk=told.registration.pk).update(no="template", state="revoked")


class Writers:
    """Eight at a time, each on registrations of its own; who is killed is followed by another."""

    def __init__(self, folder: Path, *, count: int, url: str) -> None:
        self.folder, self.count, self.started, self.killed = folder, count, 0, 0
        self.environment = os.environ | {"DATABASE_URL": url}

    def run(self, operations: int, *, kills: int) -> None:
        """The kills are spread over what is acknowledged, so that they meet writers at work and not at their start."""
        chance = random.Random(SEED)  # noqa: S311  a seed, not a secret
        share = operations // self.count
        due = sorted(chance.random() * operations for _ in range(kills))
        running = [self.start(share) for _ in range(self.count)]
        while running:
            time.sleep(0.01 + chance.random() * 0.05)
            done = self.done()
            while running and self.killed < kills and done >= due[self.killed]:
                victim = running.pop(chance.randrange(len(running)))
                os.kill(victim.pid, signal.SIGKILL)
                victim.wait()
                self.killed += 1
            for process in [process for process in running if process.poll() is not None]:
                assert process.returncode == 0, (self.folder / "errors").read_text()
                running.remove(process)
            while len(running) < self.count and (self.done() < operations or self.killed < kills):
                running.append(self.start(min(share, max(1, operations - self.done()) // self.count + 1)))

    def told(self) -> list[tuple[int, int, str]]:
        """What the database acknowledged: operations, entries and the first event, of each transaction."""
        lines = [line.split() for path in self.folder.glob("*.told") for line in path.read_text().splitlines(True)]
        return [(int(words[0]), int(words[1]), words[2]) for words in lines if len(words) == 3]

    def done(self) -> int:
        return sum(line[0] for line in self.told())

    def start(self, operations: int) -> "subprocess.Popen[bytes]":
        self.started += 1
        words = [str(SEED + self.started), str(operations), str(self.folder / f"{self.started}.told")]
        errors = (self.folder / "errors").open("ab")
        command = [sys.executable, "-m", "tests.faults.turnover_writer", *words]
        return subprocess.Popen(command, cwd=PROJECT_DIR, env=self.environment, stderr=errors)
