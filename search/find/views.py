"""The search page: words, facets, highlights, suggestions; the same without JavaScript."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from market.kernel import clock
from market.kernel.marks import labelled
from market.kernel.paging import InvalidCursor
from market.kernel.problems import InvalidInput
from market.pages.rendering import PageRequest, render_page
from search.find import relaxing, services, shortcuts, suggesting
from search.find.addresses import query_of, query_url
from search.find.query import MAX_QUERY, SearchQuery
from search.find.results import SearchResult
from search.index.documents import label, projection, projections
from search.index.facets import ASKED, Facet

OPEN_FACETS = 4  # the others are folded until one of their codes is ticked


@require_safe
def search(request: PageRequest) -> HttpResponse:
    began = clock.now()
    typed = request.GET.get("q", "")
    query = query_of(request)
    cursor = request.GET.get("cursor", "")
    if not query.facets and not cursor and (address := shortcuts.address_of(request.actor, query)):
        return _lead_to(request, address)
    try:
        result = services.find(actor=request.actor, query=query, cursor=cursor)
    except (InvalidCursor, InvalidInput):
        result = services.find(actor=request.actor, query=query)
    is_empty = query.is_understood and not result.total
    relaxations = relaxing.relaxations(actor=request.actor, query=query) if is_empty else []
    context: dict[str, Any] = {
        "query": query,
        "kinds": projections(),
        "result": result,
        "hits": [(hit, label(hit.kind), _address(hit)) for hit in result.items],
        "wider": [(hit, label(hit.kind), _address(hit)) for hit in result.wider],
        "facets": _facets(query, result),
        "chips": _chips(query),
        "clear_url": query_url(replace(query, facets={})),
        "save_url": f"{reverse('saved:save')}?{urlsplit(query_url(query)).query}&seen={int(began.timestamp())}",
        "relaxations": [(found, query_url(found.query)) for found in relaxations],
        "is_too_long": len(typed) > MAX_QUERY,
        "next_url": f"{query_url(query)}&{urlencode({'cursor': result.next})}" if result.next else "",
    }
    return render_page(request, "find/search.html", fragment="find/_results.html", **context)


@require_safe
def suggest(request: PageRequest) -> HttpResponse:
    """The list below the field, for htmx; as a page of its own it is as useful as it can be."""
    offers = suggesting.suggestions(actor=request.actor, typed=request.GET.get("q", ""))
    return render_page(request, "find/_suggestions.html", offers=offers)


def _lead_to(request: PageRequest, address: str) -> HttpResponse:
    if getattr(request, "htmx", None):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _address(hit: Any) -> str:
    source = projection(hit.kind)
    return reverse(source.url_name, args=[hit.id]) if source else "#"


def _facets(query: SearchQuery, result: SearchResult) -> list[dict[str, Any]]:
    """The facets with names, trees unfolded below what is ticked; a ticked code stays though it counts nothing."""
    shown: list[dict[str, Any]] = []
    for facet in ASKED.values():
        counts = {bucket.code: bucket.count for bucket in result.facets.get(facet.name, ())}
        ticked = query.facets.get(facet.name, ())
        counts |= {code: 0 for code in ticked if code not in counts}
        if counts:
            codes = [
                (code, facet.label(code), counts[code], code in ticked, depth)
                for code, depth in _in_order(facet, list(counts))
            ]
            is_open = bool(ticked) or len(shown) < OPEN_FACETS
            shown.append({"name": facet.name, "title": facet.title, "codes": codes, "is_open": is_open})
    return shown


def _in_order(facet: Facet, codes: list[str], parent: str = "", depth: int = 0) -> list[tuple[str, int]]:
    """Each code before those below it; a code whose parent is not shown stands at the top."""
    listed = set(codes)
    found: list[tuple[str, int]] = []
    for code in codes:
        above = facet.parent(code)
        if (above if above in listed else "") == parent:
            found += [(code, depth), *(_in_order(facet, codes, code, depth + 1) if facet.below else [])]
    return found


def _chips(query: SearchQuery) -> list[tuple[str, str]]:
    """What is ticked, in words, with the address of the search without it."""
    chips = []
    for name, codes in query.facets.items():
        for code in codes:
            kept = {**query.facets, name: tuple(other for other in codes if other != code)}
            rest = replace(query, facets={facet: left for facet, left in kept.items() if left})
            chips.append((labelled(ASKED[name].title, ASKED[name].label(code)), query_url(rest)))
    return chips
