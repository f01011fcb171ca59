from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from market.kernel.api import Payload
from matching.matches.models import Verdict


class FactOut(Schema):
    """A fact that agrees or clashes: a stable code, and what it says in the reader's language."""

    code: str
    words: str


class VerdictOut(Schema):
    code: str
    note: str
    given_at: datetime


class MatchOut(Schema):
    """A fitting listing. `level` is 4 (strong), 3 (fair) or 2 (weak); `parts` the model's features, -1 to 1."""

    id: UUID
    title: str
    level: int
    level_name: str
    score: float
    parts: dict[str, float]
    reason: str
    phrases: list[str]
    agreements: list[FactOut]
    clashes: list[FactOut]
    verdict: VerdictOut | None


class MatchesOut(Schema):
    """Best first. `set_aside`: what the caller's organisation refused. `waiting`: newer matches are being made."""

    items: list[MatchOut]
    set_aside: list[MatchOut]
    next: str | None
    waiting: bool
    degraded: bool
    model: str
    matched_at: datetime | None


class VerdictIn(Payload):
    code: Verdict.Code
    note: Annotated[str, Field(max_length=500)] = ""


class QualityOut(Schema):
    """The ranker and how well it did: on which data, by which procedure, when."""

    model: str
    report: dict[str, Any]
    evaluated_at: datetime | None
