"""How far the demonstration city is: `manage.py demo` notes it, every page shows it."""

from typing import NamedTuple

from django.core.cache import cache

KEY = "demo-progress"
# A telling that was killed leaves its note behind.
KEPT_SECONDS = 600


class Progress(NamedTuple):
    """Steps told, of how many."""

    done: int
    total: int


def note(done: int, total: int) -> None:
    cache.set(KEY, (done, total), KEPT_SECONDS)


def forget() -> None:
    cache.delete(KEY)


def current() -> Progress | None:
    """None where nothing is being told."""
    noted = cache.get(KEY)
    return Progress(*noted) if noted else None
