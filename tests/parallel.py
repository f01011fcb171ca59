"""Tests in two processes on the same servers, each under a namespace of its own: none meets what another has left.

Loaded before Django's settings (`-p` in pyproject.toml), which take the namespace from the environment. A file's tests
stay together, for the sake of what they share; those of the browser too, since the portal takes minutes to start.
"""

import os
from typing import Any

from xdist.scheduler import LoadScopeScheduling

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER:
    os.environ["NAMESPACE"] = f"{os.environ.get('NAMESPACE', 'market')}-{WORKER}"


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/e2e" if file.startswith("tests/e2e/") else file


def pytest_xdist_make_scheduler(config: Any, log: Any) -> LoadScopeScheduling:
    return ByFile(config, log)
