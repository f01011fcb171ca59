from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from market.kernel.api import Payload, Reference
from matching.brokerage.models import Deal

Note = Annotated[str, Field(max_length=1000)]


class IntroduceIn(Payload):
    demand_id: UUID
    achievement_id: UUID
    note: Note = ""


class OpenIn(Payload):
    introduction_id: UUID


class AdvanceIn(Payload):
    stage: Deal.Stage
    note: Note = ""


class LoseIn(Payload):
    reason: Deal.LostReason
    note: Note = ""


class ReopenIn(Payload):
    note: Note = ""


class CircumventIn(Payload):
    note: Annotated[str, Field(min_length=1, max_length=1000)]


class IntroductionOut(Schema):
    """Dated evidence; `match` is the match as it was that day, empty for an introduction by hand."""

    id: UUID
    demand: Reference
    achievement: Reference
    agency: Reference
    broker: str
    origin: str
    match: dict[str, Any]
    note: str
    introduced_at: datetime
    protected_until_on: date
    superseded_at: datetime | None
    deal_id: UUID | None


class IntroductionPage(Schema):
    items: list[IntroductionOut]
    next: str | None


class MoveOut(Schema):
    from_stage: str
    to_stage: str
    note: str
    moved_at: datetime


class DealOut(Schema):
    id: UUID
    no: str
    introduction_id: UUID
    demand_id: UUID
    achievement_id: UUID
    seller: Reference
    buyer: Reference
    agency: Reference
    broker: str
    stage: str
    lost_reason: str
    opened_at: datetime
    ended_at: datetime | None
    version: int
    allowed: list[str]


class DealDetail(DealOut):
    moves: list[MoveOut]


class DealPage(Schema):
    items: list[DealOut]
    next: str | None
