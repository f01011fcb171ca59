"""Stacks of their own for the tests of deploy.local: real servers in a temporary data folder."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.local import state
from deploy.local.state import PROJECT_DIR, State

ADDRESSES = ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL")
WAIT_SECONDS = 30


def wait_until(claim: Callable[[], bool], what: str, *, seconds: float = WAIT_SECONDS) -> None:
    """Ask until it is so; the test fails when it never is."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class Stack:
    """One data folder, driven through the command line as a person would."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.environment = dict(environment)

    def command(self, name: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "deploy.local", name, "--data", str(self.data_dir), *words]

    def run(self, name: str, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(name, *words),
            cwd=PROJECT_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def up(self) -> State:
        done = self.run("up")
        assert done.returncode == 0, done.stderr
        return self.state()

    def state(self) -> State:
        found = state.read(self.data_dir)
        assert found is not None, "no supervisor lives"
        return found

    def ask(self, query: str) -> object:
        with psycopg.connect(self.state().url("postgresql"), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(query)
            return cursor.fetchone()[0] if cursor.description else None

    def processes(self) -> dict[int, str]:
        """Every process that was given this data folder: as a word, in its environment, or to work in."""
        mark = os.fsencode(self.data_dir)
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
                place = os.fsencode(os.readlink(folder / "cwd"))
            except OSError:
                continue
            if int(folder.name) != os.getpid() and any(mark in text for text in (words, environment, place)):
                found[int(folder.name)] = words.replace(b"\0", b" ").decode(errors="replace")
        return found


@contextmanager
def stacks(folder: Path) -> Iterator[Callable[..., Stack]]:
    """Stacks of PostgreSQL and Valkey beside the Elasticsearch of the test run; all are stopped at the end."""
    made = []

    def make(name: str = "data", **environment: str) -> Stack:
        inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
        stack = Stack(folder / name, inherited | environment)
        made.append(stack)
        return stack

    try:
        yield make
    finally:
        for stack in made:
            stack.run("down")
    assert [stack.processes() for stack in made if stack.processes()] == []


@pytest.fixture
def make_stack(tmp_path: Path, elasticsearch: None) -> Iterator[Callable[..., Stack]]:
    with stacks(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, elasticsearch: None) -> Iterator[Stack]:
    """One stack that is up, for tests that only look at it."""
    with stacks(tmp_path_factory.mktemp("standing")) as make:
        found = make()
        found.up()
        yield found


@pytest.fixture
def stack(make_stack: Callable[..., Stack]) -> Stack:
    return make_stack()


def status(stack: Stack) -> dict[str, object] | None:
    found: dict[str, object] | None = json.loads(stack.run("status", "--json").stdout)
    return found
