"""`GET /exchange/v1/listings`: docs/api/exchange.md says what it promises."""

from datetime import datetime

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from listings.exchange import queries
from market.kernel.http import problem_response
from market.kernel.problems import InvalidInput, Problem, UnknownParameter

KNOWN = frozenset({"since", "cursor", "limit"})
MOST, USUAL = 100, 100


@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    try:
        page = queries.feed(since=_since(request), cursor=request.GET.get("cursor", "")[:1001], limit=_limit(request))
    except Problem as problem:
        return problem_response(request, problem)
    body = orjson.dumps({"market": settings.MARKET_NAME, "items": page.items, "next": page.next}, default=str)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def _since(request: HttpRequest) -> datetime | None:
    if unknown := sorted(set(request.GET) - KNOWN):
        raise UnknownParameter(parameters=unknown)
    text = request.GET.get("since", "")
    if not text:
        return None
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _invalid("since", "instant_invalid")
    return found


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST):
        raise _invalid("limit", "out_of_range")
    return int(text)


def _invalid(name: str, code: str) -> InvalidInput:
    return InvalidInput(errors=[{"loc": ["query", name], "code": code, "message": ""}])
