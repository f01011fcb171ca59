"""A city with contracts in its ledger, and the two people who publish a report of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.reports import services
from contracts.reports.models import Report
from market.kernel.actor import Actor
from tests.cast import Cast
from tests.contracts.turnover.conftest import City

FEBRUARY = datetime(2026, 2, 10, 2, tzinfo=UTC)
MARCH = datetime(2026, 3, 2, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 8, 2, tzinfo=UTC)  # the first quarter is over
JUNE = datetime(2026, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
def city(cast: Cast) -> City:
    return City(cast)


class Office:
    """Makes reports as the operator and approves them as the leader, unless a test names others."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def drafts(self, kind: str = "quarterly", number: int | None = 1, **more: Any) -> Report:
        values: dict[str, Any] = {"actor": self.cast.operator, "year": 2026, "at": APRIL} | more
        return services.draft_report(kind=kind, number=number, **values)

    def submits(self, kind: str = "quarterly", number: int | None = 1, **more: Any) -> Report:
        report = self.drafts(kind, number, **more)
        at = more.get("at", APRIL)
        return services.submit_report(actor=self.cast.operator, report_id=report.id, version=1, at=at)

    def approves(self, report: Report, *, actor: Actor | None = None, at: datetime = APRIL) -> Report:
        return services.publish_report(
            actor=actor or self.cast.leader, report_id=report.id, version=report.version, at=at
        )

    def publishes(self, kind: str = "quarterly", number: int | None = 1, **more: Any) -> Report:
        return self.approves(self.submits(kind, number, **more), at=more.get("at", APRIL))


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


def on(at: datetime) -> date:
    return at.date()
