"""Tests in two processes on the same servers, each under a namespace of its own: none meets what another has left.

Loaded before Django's settings (`-p` in pyproject.toml), which take the namespace from the environment. A file's tests
stay together, for the sake of what they share; those of the browser too, since the portal takes minutes to start.
"""

import os

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER:
    os.environ["NAMESPACE"] = f"{os.environ.get('NAMESPACE', 'market')}-{WORKER}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not WORKER:
        return
    for item in items:
        is_of_the_portal = item.get_closest_marker("e2e") is not None
        item.add_marker(pytest.mark.xdist_group("portal" if is_of_the_portal else item.nodeid.partition("::")[0]))
