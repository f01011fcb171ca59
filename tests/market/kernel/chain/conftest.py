from typing import Any

import pytest

from market.kernel.models import UnsealedRow


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.AUDIT_KEY = "a-key-of-the-tests-that-signs-nothing-else"


@pytest.fixture
def no_chain(db: None) -> None:
    """Nothing waits: the code lists of the test database left notes of their own."""
    UnsealedRow.objects.all().delete()


@pytest.fixture
def no_committed_chain(committed_db: None) -> None:
    UnsealedRow.objects.all().delete()
