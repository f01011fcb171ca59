"""`GET /exchange/v1/listings`: docs/api/exchange.md says what it promises."""

from datetime import datetime

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from pydantic import TypeAdapter, ValidationError

from listings.exchange import queries
from market.kernel.http import problem_response
from market.kernel.problems import InvalidInput, Problem, UnknownParameter
from market.kernel.validation import message_of
from market.kernel.values import Instant

KNOWN = frozenset({"since", "cursor", "limit"})
MOST, USUAL = 100, 100
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    try:
        page = queries.feed(since=_since(request), cursor=request.GET.get("cursor", "")[:1001], limit=_limit(request))
    except Problem as problem:
        return problem_response(request, problem)
    body = orjson.dumps({"market": settings.MARKET_NAME, "items": page.items, "next": page.next}, default=str)
    return HttpResponse(
        body,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="listings.json"'},  # the security log tells who took it
    )


def _since(request: HttpRequest) -> datetime | None:
    if unknown := sorted(set(request.GET) - KNOWN):
        raise UnknownParameter(parameters=unknown)
    text = request.GET.get("since", "")
    if not text:
        return None
    try:
        return INSTANT.validate_python(text)
    except ValidationError as error:
        raise _invalid("since", error.errors()[0]["type"]) from error


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST):
        raise _invalid("limit", "out_of_range")
    return int(text)


def _invalid(name: str, code: str) -> InvalidInput:
    return InvalidInput(errors=[{"loc": ["query", name], "code": code, "message": message_of(code)}])
