from uuid import UUID

from ninja import Schema


class MatchOut(Schema):
    """A fitting listing; scores compare within one list only."""

    id: UUID
    title: str
    score: float
    parts: dict[str, float]
    reason: str


class MatchesOut(Schema):
    items: list[MatchOut]
    next: str | None
    degraded: bool
    model: str
