"""Elasticsearch is only waited for where a test asks for it: it is up a minute after the other servers."""

import time
from functools import cache

import requests
from django.conf import settings

from search.index import engine

WAIT_SECONDS = 300
ADDRESS = settings.ELASTICSEARCH_URL


@cache
def wait() -> None:
    """Until the engine of the run answers; at once from then on, and where the run has none."""
    deadline = time.monotonic() + WAIT_SECONDS
    while ADDRESS and not answers():
        assert time.monotonic() < deadline, f"Elasticsearch does not answer at {ADDRESS}"
        time.sleep(0.2)
    engine.breaker.reset()


def answers() -> bool:
    try:
        health = requests.get(f"{ADDRESS.rstrip('/')}/_cluster/health", timeout=2)
    except requests.RequestException:
        return False
    return health.ok and health.json()["status"] in ("yellow", "green")
