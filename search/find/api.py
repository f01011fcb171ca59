"""`/api/v1/search`."""

from typing import Annotated, Literal

import orjson
from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from market.kernel.api import ApiRequest, Cursor, Limit, Payload, problems
from market.kernel.paging import InvalidCursor
from search.find import services, shortcuts, suggesting
from search.find.query import MAX_QUERY, UnknownFacet, parse
from search.find.schemas import SearchOut, SuggestionOut
from search.index import documents
from search.index.facets import ASKED

router = Router(tags=["search"])

Kind = documents.kind_type()
Codes = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]


class SearchFilters(Payload):
    """Words, "phrases" and -exclusions in `q`; codes of one facet are alternatives, facets narrow each other.

    A minus excludes behind a blank, before anything but a digit, and where something wanted stands before it.
    """

    q: Annotated[str, Field(max_length=MAX_QUERY)] = ""
    kind: Kind = ""  # type: ignore[valid-type]
    sort: Literal["relevance", "newest", "amount", "amount_up"] = "relevance"
    technology_field: Codes = []
    local_industry: Codes = []
    industry: Codes = []
    ipc: Codes = []
    region: Codes = []
    maturity: Codes = []
    ip_type: Codes = []
    transfer_mode: Codes = []
    price_band: Codes = []
    owner_kind: Codes = []
    freshness: Codes = []
    cursor: Cursor = ""
    limit: Limit = 20


@router.get("", response={200: SearchOut, **problems(InvalidCursor, UnknownFacet)})
def search(request: ApiRequest, filters: Query[SearchFilters]) -> HttpResponse:
    """Find listings that the reader may see."""
    ticked = {name: getattr(filters, name) for name in ASKED}
    query = parse(filters.q, kind=filters.kind, facets=ticked, sort=filters.sort)
    result = services.find(actor=request.actor, query=query, cursor=filters.cursor, size=filters.limit)
    answer = {
        "direct": shortcuts.address_of(request.actor, query),
        "items": [*result.items, *result.wider],
        "total": result.total,
        "understood": query.is_understood,
        "facets": result.facets,
        "took_ms": result.took_ms,
        "degraded": result.is_degraded,
        "next": result.next,
    }
    # Plain values: checking each against the documented schema costs more than making them. A test compares them.
    return HttpResponse(orjson.dumps(answer), content_type="application/json; charset=utf-8")


@router.get("/suggest", response={200: list[SuggestionOut], **problems()})
def suggest(request: ApiRequest, q: Annotated[str, Field(max_length=MAX_QUERY)] = "") -> list[suggesting.Suggestion]:
    """Titles, technology fields and organisations that begin as `q` does, of those that the reader may see."""
    return suggesting.suggestions(actor=request.actor, typed=q)
