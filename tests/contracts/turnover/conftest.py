"""Contracts in the figure, told through the services, with the day and the places that a test is about."""

from datetime import date, datetime
from typing import Any

import pytest

from contracts.turnover import queries
from contracts.turnover.queries import Figure
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from tests import story
from tests.cast import MONDAY, Cast
from tests.contracts.standing import run_consumers


class City:
    """Registers contracts one after the other, each under the next number."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.count = 0

    def registers(
        self,
        amount: str = "1000000.00",
        technology: str | None = None,
        *,
        at: datetime = MONDAY,
        seller: Any = None,
        **changes: Any,
    ) -> story.Story:
        """A contract of the amounts, signed, applied for, registered and known in the figure at a time."""
        self.count += 1
        on = local_date(at)
        technology = technology or amount
        taken = {"deductions": [], "instalments": [{"amount": amount}], "title": f"技术开发之{self.count}"}
        if technology != amount:
            from decimal import Decimal

            cost = str(Decimal(amount) - Decimal(technology))
            taken["deductions"] = [{"kind": "equipment", "description": "设备", "amount": cost}]
        values = taken | {"contract_amount": amount, "technology_amount": technology, "valid_from": on} | changes
        told = story.apply(story.signed(self.cast, seller=seller, at=at, **values), applicant=seller, at=at)
        story.register(told, no=f"{on.year}360701{self.count:06d}", on=on, at=at)
        assert run_consumers("turnover.ledger") == 1
        return told


@pytest.fixture
def city(cast: Cast) -> City:
    return City(cast)
