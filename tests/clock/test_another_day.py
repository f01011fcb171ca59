"""The clock of a run can be set to another day, in every process that a test starts."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path


def test_a_process_lives_on_the_day_that_the_run_was_told():
    shift = timedelta(days=400)
    moved = {"PYTHONPATH": str(Path(__file__).parent), "CLOCK_SHIFT": str(int(shift.total_seconds()))}
    words = [sys.executable, "-c", "from market.kernel import clock; print(clock.now().isoformat())"]
    began = datetime.now(UTC) - timedelta(seconds=int(os.environ.get("CLOCK_SHIFT") or 0))

    told = subprocess.run(words, env=os.environ | moved, capture_output=True, text=True, check=True).stdout

    assert timedelta() <= datetime.fromisoformat(told.strip()) - (began + shift) < timedelta(minutes=5)
