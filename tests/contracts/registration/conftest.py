from decimal import Decimal
from typing import Any

import pytest

from tests import story
from tests.cast import Cast

LARGE: dict[str, Any] = {
    "contract_amount": Decimal("6000000.00"),
    "technology_amount": Decimal("5000000.00"),
    "deductions": [{"kind": "equipment", "description": "中试线", "amount": "1000000.00"}],
    "instalments": [{"amount": "6000000.00"}],
}


@pytest.fixture
def accepted(cast: Cast) -> story.Story:
    """A contract of 1 000 000 yuan whose application the registry accepted."""
    return story.applied(cast)


@pytest.fixture
def registered(cast: Cast) -> story.Story:
    """Registered on 2026-03-02 with both amounts as the contract has them."""
    return story.registered(cast)


@pytest.fixture
def large(cast: Cast) -> story.Story:
    """A contract of high value, accepted: 6 000 000 yuan of which 5 000 000 are technology."""
    return story.apply(story.signed(cast, **LARGE))
