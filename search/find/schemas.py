from datetime import datetime
from uuid import UUID

from ninja import Schema


class HitOut(Schema):
    """`title_html` and `snippet_html` are escaped and hold nothing but `<mark>`.

    `wider`: it only comes close, and fills up the first page of a query that finds less than a screenful. Such items
    stand last; `total`, `facets` and `next` know nothing of them.
    """

    kind: str
    id: UUID
    title: str
    published_at: datetime
    score: float | None
    title_html: str
    snippet_html: str
    wider: bool


class BucketOut(Schema):
    code: str
    count: int


class SearchOut(Schema):
    """`direct` leads to the one thing whose number was typed. `understood` is false where `q` holds no word at all,
    such as signs alone: nothing is found then.

    `degraded` says that the fallback answered: plainer ranking, no facets, but never fewer listings.
    """

    direct: str | None
    items: list[HitOut]
    total: int
    understood: bool
    facets: dict[str, list[BucketOut]]
    took_ms: int
    degraded: bool
    next: str | None


class SuggestionOut(Schema):
    """`sort` is `title`, `field` or `organisation`."""

    sort: str
    words: str
    url: str
