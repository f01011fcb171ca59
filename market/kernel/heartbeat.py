"""Signs of life of the processes that serve no requests, kept in Valkey with a short life."""

import time

from django.core.cache import cache

LIFE_SECONDS = 15
PAUSE_SECONDS = 3
_last: dict[str, float] = {}


def beat(process: str) -> None:
    """Say that a process lives; at most every PAUSE_SECONDS it reaches Valkey."""
    now = time.monotonic()
    if now - _last.get(process, 0.0) < PAUSE_SECONDS:
        return
    _last[process] = now
    cache.set(f"heartbeat:{process}", 1, LIFE_SECONDS)


def is_alive(process: str) -> bool:
    return cache.get(f"heartbeat:{process}") is not None
