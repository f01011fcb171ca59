"""A search as an address: read from the one that was asked, written into those that lead to it."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from search.find.query import MAX_QUERY, SORTS, SearchQuery, parse
from search.index.documents import projection
from search.index.facets import ASKED

MOST_TICKS = 20


def query_url(query: SearchQuery) -> str:
    """The address that asks this query anew."""
    pairs = [("q", query.wording), ("kind", query.kind)]
    pairs += [(name, code) for name, codes in query.facets.items() for code in codes]
    pairs += [("sort", query.sort)] if query.sort != SORTS[0] else []
    return f"{reverse('search:search')}?{urlencode([(name, value) for name, value in pairs if value] or [('q', '')])}"


def query_of(request: HttpRequest) -> SearchQuery:
    """What the address asks for; what it cannot mean is left out."""
    kind = request.GET.get("kind", "")
    return parse(
        request.GET.get("q", "")[:MAX_QUERY],
        kind=kind if projection(kind) else "",
        facets={name: [code[:40] for code in request.GET.getlist(name)[:MOST_TICKS]] for name in ASKED},
        sort=request.GET.get("sort", SORTS[0]),
    )
