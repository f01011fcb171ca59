"""Signs of life of the processes that serve no requests, kept in Valkey with a short life."""

import time

from django.core.cache import cache

LIFE_SECONDS = 15
_last: dict[str, float] = {}


def beat(process: str) -> None:
    """Say that a process lives; at most once a second reaches Valkey."""
    now = time.monotonic()
    if now - _last.get(process, 0.0) < 1:
        return
    _last[process] = now
    cache.set(f"heartbeat:{process}", 1, LIFE_SECONDS)


def is_alive(process: str) -> bool:
    return cache.get(f"heartbeat:{process}") is not None
