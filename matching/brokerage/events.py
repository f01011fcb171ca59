"""What brokerage tells the rest."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class IntroductionMade(Event):
    topic: ClassVar[str] = "matching.brokerage.introduction.made"
    introduction_id: UUID
    demand_id: UUID
    achievement_id: UUID


@dataclass(frozen=True)
class DealOpened(Event):
    topic: ClassVar[str] = "matching.brokerage.deal.opened"
    deal_id: UUID
    demand_id: UUID
    achievement_id: UUID


@dataclass(frozen=True)
class DealMoved(Event):
    topic: ClassVar[str] = "matching.brokerage.deal.moved"
    deal_id: UUID
    stage: str


@dataclass(frozen=True)
class DealLost(Event):
    """A listing is named where no other live deal holds it: it is free again."""

    topic: ClassVar[str] = "matching.brokerage.deal.lost"
    deal_id: UUID
    demand_id: UUID | None
    achievement_id: UUID | None
