from decimal import Decimal
from typing import Any

import pytest

from contracts.registration import services as registration
from tests import database
from tests.cast import MONDAY, MONDAY_ON, Cast
from tests.contracts.audit.bundles import KEY
from tests.contracts.registration.desk import paper
from tests.contracts.standing import run_consumers
from tests.contracts.turnover.conftest import City


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.AUDIT_KEY = KEY


@pytest.fixture
def committed_city(committed_cast: Cast) -> City:
    """Four contracts in the ledger, of which one was cut down, and one cancelled."""
    return database.committed("audited", lambda: tell(committed_cast))


def tell(cast: Cast) -> City:
    city = City(cast)
    city.registers("1000000.00")
    amended, cancelled = city.registers("250000.00", "240000.00"), city.registers("0.01")
    city.registers("800000.00")
    registration.amend_registration(
        actor=cast.registrar,
        registration_id=amended.registration.id,
        version=None,
        contract_amount=Decimal("200000.00"),
        technology_amount=Decimal("190000.00"),
        effective_on=MONDAY_ON,
        reason="双方约定",
        document=paper(),
        at=MONDAY,
    )
    registration.cancel_registration(
        actor=cast.registrar,
        registration_id=cancelled.registration.id,
        version=None,
        effective_on=MONDAY_ON,
        reason="双方约定",
        document=paper(),
        at=MONDAY,
    )
    assert run_consumers("turnover.ledger") == 2
    return city
