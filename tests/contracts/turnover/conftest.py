"""Contracts in the figure, told through the services, with the day and the places that a test is about."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts.registration import services as registration
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from tests import story
from tests.cast import MONDAY, Cast
from tests.contracts.standing import run_consumers


class City:
    """Registers contracts one after the other, each under a title and number of its own."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.count = 0

    def registers(
        self, amount: str, technology: str | None = None, *, at: datetime = MONDAY, seller: Actor | None = None
    ) -> story.Story:
        """A contract of the amounts: signed, applied for, registered and in the ledger, all at one time."""
        told = self.records(amount, technology, at=at, seller=seller)
        assert run_consumers("turnover.ledger") == 1
        return told

    def records(
        self, amount: str, technology: str | None = None, *, at: datetime = MONDAY, seller: Actor | None = None
    ) -> story.Story:
        """The same up to the registry's event, which nobody has told the ledger yet."""
        self.count += 1
        on, cost = local_date(at), Decimal(amount) - Decimal(technology or amount)
        values: dict[str, Any] = {
            "title": f"铜合金接触线工艺开发之{self.count}",
            "contract_amount": amount,
            "technology_amount": technology or amount,
            "deductions": [{"kind": "equipment", "description": "专用设备", "amount": cost}] if cost else [],
            "instalments": [{"amount": amount}],
            "valid_from": on,
        }
        told = story.apply(story.signed(self.cast, seller=seller, at=at, **values), applicant=seller, at=at)
        story.register(told, no=f"{on.year}360701{self.count:06d}", on=on, at=at)
        if told.registration is not None and told.registration.state == "second_review":
            told.registration = registration.approve_registration(
                actor=self.cast.approver, registration_id=told.registration.id, version=None, at=at
            )
        return told


@pytest.fixture
def city(cast: Cast) -> City:
    return City(cast)
