"""An office with two people and an indicator that it answers for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile

from contracts.monitoring import services
from contracts.monitoring.models import IndicatorValue
from market.kernel.actor import Actor, Role
from tests.cast import MONDAY, Cast, member
from tests.contracts.turnover.conftest import City
from tests.story import SCAN


@dataclass
class Office:
    """The government office of the cast: `clerk` and `second` work there beside its leader and its auditor."""

    cast: Cast
    clerk: Actor
    second: Actor

    def answers_for(self, *numbers: int, due_days: int = 90, at: datetime = MONDAY) -> None:
        for number in numbers:
            services.assign_office(
                actor=self.cast.operator,
                indicator_no=number,
                organisation_id=self.cast.government.id,
                due_days=due_days,
                at=at,
            )

    def enters(
        self, value: str, *, no: int = 3, year: int = 2021, at: datetime = MONDAY, **other: Any
    ) -> IndicatorValue:
        values: dict[str, Any] = {
            "actor": self.clerk,
            "indicator_no": no,
            "year": year,
            "value": Decimal(value),
            "source_text": "高新技术企业备案公告",
            "proof": ContentFile(SCAN, "notice.pdf"),
            "at": at,
        }
        return services.enter_value(**values | other)

    def confirms(self, row: IndicatorValue, *, at: datetime = MONDAY) -> IndicatorValue:
        return services.confirm_value(actor=self.second, value_id=row.id, version=None, at=at)

    def publishes(self, value: str, *, no: int = 3, year: int = 2021, at: datetime = MONDAY) -> IndicatorValue:
        return self.confirms(self.enters(value, no=no, year=year, at=at), at=at)


@pytest.fixture
def office(cast: Cast) -> Office:
    """Answers for indicators 3 (高新技术企业) and 8 (平台载体)."""
    found = Office(
        cast, member(cast.government, "planner", Role.CLERK), member(cast.government, "planner-2", Role.MANAGER)
    )
    found.answers_for(3, 8)
    return found


@pytest.fixture
def city(cast: Cast) -> City:
    return City(cast)
