from collections.abc import Iterator
from typing import Any

import pytest

from matching.matches import queue
from search.index import engine
from tests.cast import Cast
from tests.search.conftest import Shelf as Listed


class Shelf(Listed):
    """Listings that are matched as well, as when the worker has been at it."""

    def settle(self) -> None:
        super().settle()
        queue.drain()


@pytest.fixture
def shelf(cast: Cast, settings: Any, elasticsearch: None) -> Iterator[Shelf]:
    """Listings in an index of the test's own; the breaker has seen nothing yet."""
    address = settings.ELASTICSEARCH_URL
    engine.breaker.reset()
    engine.drop_all()
    yield Shelf(cast)
    settings.ELASTICSEARCH_URL = address
    engine.breaker.reset()
    engine.drop_all()
