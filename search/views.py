"""The search page: words, facets, highlights; the same without JavaScript."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from market.kernel.paging import InvalidCursor
from market.kernel.problems import InvalidInput
from market.pages.rendering import PageRequest, render_page
from market.reference import queries as reference
from search import services
from search.documents import FACETS, projection
from search.query import MAX_QUERY, SORTS, SearchQuery, parse
from search.results import SearchResult

# The dictionary that names the codes of a facet.
SCHEMES = {
    "technology_field": "technology_field",
    "local_industry": "local_industry",
    "ipc_section": "ipc",
    "region": "region",
    "maturity": "maturity",
    "ip_type": "ip_type",
    "transfer_mode": "transfer_mode",
}


@require_safe
def search(request: PageRequest) -> HttpResponse:
    typed = request.GET.get("q", "")
    is_too_long = len(typed) > MAX_QUERY
    ticked = {name: request.GET.getlist(name)[:20] for name in FACETS}
    kind = request.GET.get("kind", "")
    query = parse(
        typed[:MAX_QUERY],
        kind=kind if projection(kind) else "",
        facets=ticked,
        sort=request.GET.get("sort", "relevance"),
    )
    try:
        result = services.find(actor=request.actor, query=query, cursor=request.GET.get("cursor", ""))
    except (InvalidCursor, InvalidInput):
        result = services.find(actor=request.actor, query=query)
    context: dict[str, Any] = {
        "query": query,
        "result": result,
        "hits": [(hit, _address(hit)) for hit in result.items],
        "facets": _facets(query, result),
        "sorts": SORTS,
        "is_too_long": is_too_long,
        "next_url": _next(request, result),
    }
    return render_page(request, "search/search.html", fragment="search/_results.html", **context)


def _address(hit: Any) -> str:
    source = projection(hit.kind)
    return reverse(source.url_name, args=[hit.id]) if source else "#"


def _facets(query: SearchQuery, result: SearchResult) -> list[dict[str, Any]]:
    """The facets with names; a ticked code stays in sight though it counts nothing."""
    shown = []
    for name, scheme in SCHEMES.items():
        counts = {bucket.code: bucket.count for bucket in result.facets.get(name, ())}
        ticked = query.facets.get(name, ())
        codes = [*counts, *(code for code in ticked if code not in counts)]
        if codes:
            shown.append(
                {
                    "name": name,
                    "codes": [
                        (code, reference.label(scheme, code), counts.get(code, 0), code in ticked) for code in codes
                    ],
                }
            )
    return shown


def _next(request: PageRequest, result: SearchResult) -> str:
    if result.next is None:
        return ""
    pairs = [(name, value) for name, values in request.GET.lists() if name != "cursor" for value in values]
    return "?" + urlencode([*pairs, ("cursor", result.next)])
