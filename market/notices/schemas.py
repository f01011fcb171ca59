from datetime import datetime
from uuid import UUID

from ninja import Schema

from market.notices.models import Notice


class NoticeOut(Schema):
    id: UUID
    kind: str
    title: str
    body: str
    url: str
    created_at: datetime
    read_at: datetime | None

    @staticmethod
    def resolve_title(notice: Notice) -> str:
        return notice.words.title

    @staticmethod
    def resolve_body(notice: Notice) -> str:
        return notice.words.body


class NoticePage(Schema):
    items: list[NoticeOut]
    next: str | None
