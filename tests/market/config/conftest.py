import pytest


@pytest.fixture(autouse=True)
def _engine(elasticsearch: None) -> None:
    """Whole pages and answers are looked at, the search among them."""
