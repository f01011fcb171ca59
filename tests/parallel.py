"""Tests in two processes on the same servers, each under a namespace of its own: none meets what another has left.

Loaded before Django's settings (`-p` in pyproject.toml), which take the namespace from the environment. Tests are
handed out in their order, since those whose commits are real come last; those that start whole process trees (portals,
servers, workers) stay in one process, so that they come one after another, and come first, since they take longest.
"""

import os
import sys
from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Many containers forbid it, and then every process compiles two thousand modules again, and pytest every test.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER:
    os.environ["NAMESPACE"] = f"{os.environ.get('NAMESPACE', 'market')}-{WORKER}"


PROCESSES = ("tests/deploy/", "tests/e2e/", "tests/faults/")
# What their tests share takes longer to make than all of them to run.
SHARING = ("tests/matching/scoring/test_measures.py", "tests/market/config/test_client.py")


class InOrder(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "processes" if file.startswith(PROCESSES) else file if file in SHARING else nodeid


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadScopeScheduling:
    return InOrder(config, log)
