import pytest

from contracts.agreements import services
from contracts.agreements.models import TechnologyContract
from tests import story
from tests.cast import MONDAY, Cast


@pytest.fixture
def agreed(cast: Cast) -> story.Story:
    """Both parties agreed on terms; nothing is written yet."""
    return story.agreed(cast)


@pytest.fixture
def drafted(agreed: story.Story) -> TechnologyContract:
    """A draft of 1 000 000 yuan, complete, that nobody has closed."""
    contract = story.draft(agreed).contract
    assert contract is not None
    return contract


@pytest.fixture
def final(drafted: TechnologyContract, cast: Cast) -> TechnologyContract:
    """The text is closed and drawn; no seal is on it."""
    return services.finalise_contract(actor=cast.broker, contract_id=drafted.id, version=None, at=MONDAY)
