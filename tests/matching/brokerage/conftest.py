import pytest

from market.kernel.actor import Actor, OrganisationKind, Role
from matching.brokerage import services
from matching.brokerage.models import Deal, Introduction
from tests import story as telling
from tests.cast import MONDAY, Cast, member, organisation


@pytest.fixture
def pair(cast: Cast) -> telling.Story:
    """The university's achievement and the enterprise's demand, published and not yet brought together."""
    return telling.publish(cast)


@pytest.fixture
def introduced(pair: telling.Story) -> Introduction:
    """The broker has brought both together by hand."""
    return services.introduce(
        actor=pair.cast.broker,
        demand_id=pair.demand.id,
        achievement_id=pair.achievement.id,
        note="现场走访后推荐",
        at=MONDAY,
    )


@pytest.fixture
def opened(introduced: Introduction, cast: Cast) -> Deal:
    """The broker has opened the deal."""
    return services.open_deal(actor=cast.broker, introduction_id=introduced.id, at=MONDAY)


@pytest.fixture
def second_broker(cast: Cast) -> Actor:
    """A colleague of the broker, in the same agency."""
    return member(cast.agency, "second-broker", Role.BROKER)


@pytest.fixture
def rival(cast: Cast) -> Actor:
    """A broker of another agency."""
    agency = organisation(OrganisationKind.AGENCY, "另一技术转移中心", 9)
    return member(agency, "rival", Role.BROKER)
