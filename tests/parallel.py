"""Tests in two processes on the same servers, each under a namespace of its own: none meets what another has left.

Loaded before Django's settings (`-p` in pyproject.toml), which take the namespace from the environment. Tests are
handed out in their order, since those that empty the tables come last; those of the browser stay together and come
first, since the portal takes minutes to start.
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


class InOrder(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else nodeid


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadScopeScheduling:
    return InOrder(config, log)
