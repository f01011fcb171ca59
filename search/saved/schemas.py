from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from ninja import Schema
from pydantic import Field

from market.kernel.api import Payload
from search.find.query import MAX_QUERY
from search.index.documents import kind_type
from search.saved import addresses
from search.saved.models import Cadence, SavedSearch
from search.saved.services import LONGEST_NAME

Kind = kind_type()
Codes = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class QueryIn(Payload):
    """A query as `GET /search` takes it, its facets by name."""

    q: Annotated[str, Field(max_length=MAX_QUERY)] = ""
    kind: Kind = ""  # type: ignore[valid-type]
    facets: Annotated[dict[str, Codes], Field(max_length=20)] = {}
    sort: Literal["relevance", "newest", "amount", "amount_up"] = "relevance"


class SavedSearchIn(Payload):
    """An API key has no inbox: its cadence is `none`, and it reads the feed."""

    name: Name
    query: QueryIn
    cadence: Cadence = Cadence.NONE


class SavedSearchChange(Payload):
    name: Name | None = None
    cadence: Cadence | None = None


class QueryOut(Schema):
    q: str
    kind: str
    facets: dict[str, list[str]]
    sort: str


class SavedSearchOut(Schema):
    """`feed_url` is secret: whoever has it reads what the owner may see."""

    id: UUID
    name: str
    query: QueryOut
    cadence: Cadence
    feed_url: str
    created_at: datetime
    last_told_at: datetime | None

    @staticmethod
    def resolve_feed_url(row: SavedSearch) -> str:
        return f"{settings.PUBLIC_URL}{addresses.feed_path(row)}"

    @staticmethod
    def resolve_query(row: SavedSearch) -> dict[str, object]:
        facts = row.query
        return {"q": facts["typed"], "kind": facts["kind"], "facets": facts["facets"], "sort": facts["sort"]}


class SavedSearchPage(Schema):
    items: list[SavedSearchOut]
    next: str | None
