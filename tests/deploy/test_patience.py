"""Progress is watched, not the clock: what works is waited for, what is idle is given up."""

import sys
import time

import pytest

from deploy.local.runs import Run
from deploy.local.units import Unit

IDLE_SECONDS = 0.3
WORKING = "while True: sum(range(10_000))"
IDLE = "import time; time.sleep(60)"


@pytest.fixture
def begin(tmp_path):
    """Starts a process that never says it is ready, and follows it as the supervisor does."""
    begun = []

    def make(script: str) -> Run:
        unit = Unit("part", [sys.executable, "-c", script], is_ready=lambda: False, idle_seconds=IDLE_SECONDS)
        run = Run(unit, tmp_path / "part.log", lambda _: None)
        begun.append(run)
        return run

    yield make
    for run in begun:
        run.wait_for_stop(0)


def follow(run: Run, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and run.phase != "unavailable":
        run.advance({})
        time.sleep(0.01)


def test_a_process_that_works_is_not_given_up_however_long_it_takes(begin):
    run = begin(WORKING)

    follow(run, 6 * IDLE_SECONDS)

    assert (run.phase, run.deaths) == ("starting", 0)


def test_control_an_idle_process_is_given_up_with_the_reason(begin):
    run = begin(IDLE)

    follow(run, 100 * IDLE_SECONDS)

    assert run.phase == "unavailable"
    assert "idle for 0.3 s" in run.reason
    assert run.process is None
