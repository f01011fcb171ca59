from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema


class JobOut(Schema):
    """Long work: `done` of `total` pieces, and what came of it."""

    id: UUID
    kind: str
    state: str
    done: int
    total: int | None
    result: dict[str, Any]
    error: str
    created_at: datetime
    ended_at: datetime | None


class JobPage(Schema):
    items: list[JobOut]
    next: str | None
