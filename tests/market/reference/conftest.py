"""A process's copies of the lists are forgotten when the test's transaction is undone."""

from collections.abc import Iterator

import pytest

from market.reference import queries


@pytest.fixture(autouse=True)
def _fresh_copies() -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()
