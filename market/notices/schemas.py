from datetime import datetime
from uuid import UUID

from ninja import Schema


class NoticeOut(Schema):
    id: UUID
    kind: str
    title: str
    body: str
    url: str
    created_at: datetime
    read_at: datetime | None


class NoticePage(Schema):
    items: list[NoticeOut]
    next: str | None
