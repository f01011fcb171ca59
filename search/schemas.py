from datetime import datetime
from uuid import UUID

from ninja import Schema


class HitOut(Schema):
    """`title_html` and `snippet_html` are escaped and hold nothing but `<mark>`."""

    kind: str
    id: UUID
    title: str
    published_at: datetime
    score: float | None
    title_html: str
    snippet_html: str


class BucketOut(Schema):
    code: str
    count: int


class SearchOut(Schema):
    """`direct` leads to the one thing whose number was typed.

    `degraded` says that the fallback answered: plainer ranking, no facets, but never fewer listings.
    """

    direct: str | None
    items: list[HitOut]
    total: int
    facets: dict[str, list[BucketOut]]
    took_ms: int
    degraded: bool
    next: str | None


class SuggestionOut(Schema):
    """`sort` is `title`, `field` or `organisation`."""

    sort: str
    words: str
    url: str
