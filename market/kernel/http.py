"""Requests and refusals at the edge, shared by API and pages."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error as django_server_error

from market.kernel.actor import ANONYMOUS, Actor
from market.kernel.problems import CsrfFailed, FormExpired, InternalError, InvalidInput, NotFound, Problem
from market.kernel.text import texts, unfit_message

MACHINE_PATHS = ("/api/", "/exchange/", "/livez", "/readyz", "/metrics", "/webhooks/")


class ActorRequest(HttpRequest):
    """A request after ActorMiddleware."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; nobody in particular before ActorMiddleware has run."""
    found = getattr(request, "actor", ANONYMOUS)
    return found if isinstance(found, Actor) else ANONYMOUS


def is_machine_path(path: str) -> bool:
    """True where answers are for programs: problems are JSON there and pages elsewhere."""
    return path.startswith(MACHINE_PATHS)


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The refusal as `application/problem+json`, or as a page where people are."""
    if not is_machine_path(request.path):
        page: HttpResponse = import_string(settings.PROBLEM_PAGE)(request, problem)
        return page
    body = orjson.dumps(problem.as_dict(instance=request.path))
    response = HttpResponse(body, status=problem.status, content_type="application/problem+json")
    return with_headers(response, problem)


def unknown_address(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404: no view has the address, so no middleware sees the exception."""
    return problem_response(request, NotFound())


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    return problem_response(request, csrf_failed() if is_machine_path(request.path) else FormExpired())


def csrf_failed() -> CsrfFailed:
    """The refusal of a program that writes with a session alone: it says what to send."""
    how = _("请在 X-CSRFToken 请求头中附上 {cookie} Cookie 的值；程序请改用接口密钥（Authorization: Bearer）")
    return CsrfFailed(format_lazy(how, cookie=settings.CSRF_COOKIE_NAME))


def with_headers(response: HttpResponse, problem: Problem) -> HttpResponse:
    """The headers that belong to a refusal, on either form of it."""
    if (seconds := problem.data.get("retry_after_seconds")) is not None:
        response["Retry-After"] = str(seconds)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a form of another encoding, a broken multipart body, too many fields."""
    return problem_response(request, Problem())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: programs get a problem, people a page that needs nothing of what may be broken."""
    if is_machine_path(request.path):
        return problem_response(request, InternalError())
    return django_server_error(request)


def refuse_unreadable(values: Any, *, loc: Sequence[str] = ()) -> None:
    """Raise InvalidInput where text holds U+0000, which no column takes."""
    for path, found in texts(values):
        if "\x00" in found:
            error = {"loc": [*loc, *path], "code": "unreadable_character", "message": unfit_message("U+0000")}
            raise InvalidInput(errors=[error])
