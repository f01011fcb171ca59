"""How a view answers: a page or its fragment, numbered pages, refusals in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django_htmx.middleware import HtmxDetails

from market.kernel.forms import AskingForm
from market.kernel.http import ActorRequest, is_machine_path, problem_response, with_headers
from market.kernel.paging import TablePage, table_page
from market.kernel.problems import MethodNotAllowed, NotFound, Problem

M = TypeVar("M", bound=Model)


class PageRequest(ActorRequest):
    """A request of the portal: who asks, and whether htmx asks for a fragment."""

    htmx: HtmxDetails


def render_page(request: HttpRequest, template: str, fragment: str = "", **context: Any) -> HttpResponse:
    """The full page, or the fragment that it includes when htmx asks: so the two cannot differ.

    The back button asks for a whole page, since pages are not kept in the browser (`hx-history`).
    """
    htmx = getattr(request, "htmx", None)
    asks_for_part = htmx and not htmx.boosted and not htmx.history_restore_request
    chosen = fragment if fragment and asks_for_part else template
    response = render(request, chosen, context)
    response["Vary"] = "HX-Request"
    return response


def paginate(request: HttpRequest, rows: QuerySet[M], size: int = 20) -> TablePage[M]:
    """The numbered page that `?page=` asks for."""
    return table_page(rows, number=request.GET.get("page"), size=size)


def form_problem(form: forms.BaseForm, problem: Problem, errors: Sequence[Mapping[str, Any]] | None = None) -> None:
    """Put a refusal into words beside the fields concerned, or at the top of the form.

    `errors` are those of its errors that are not said elsewhere.
    """
    placed = False
    for error in problem.errors if errors is None else errors:
        # An error of one of several values, `["ipc_codes", 0]`, belongs to the field of all.
        field = next((str(part) for part in reversed(error.get("loc") or ()) if str(part) in form.fields), None)
        form.add_error(field, str(error.get("message") or problem.title))
        placed = True
    if isinstance(form, AskingForm) and (questions := problem.data.get("questions")):
        form.ask(questions)
        placed = True
    if not placed:
        form.add_error(None, problem.words)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A refusal as a page that says what to do next."""
    template = "errors/fragment.html" if getattr(request, "htmx", None) else "errors/problem.html"
    response = render(request, template, {"problem": problem}, status=problem.status)
    return with_headers(response, problem)


class ProblemMiddleware:
    """Turns a Problem raised by a view, and Django's own 404 and 405, into the answer for people or programs.

    A button's address that is opened (after a refused form the browser stands on it) leads to the page above it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        if request.method in {"GET", "HEAD"} and not is_machine_path(request.path):
            return redirect(_page_above(request.path))
        answer = problem_response(request, MethodNotAllowed())
        answer["Allow"] = response["Allow"]
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Http404):
            error = NotFound()
        return problem_response(request, error) if isinstance(error, Problem) else None


def _page_above(path: str) -> str:
    """The nearest address above that leads anywhere; it may send on in turn, and the first page takes any reader."""
    parts = path.strip("/").split("/")
    while parts := parts[:-1]:
        for found in (f"/{'/'.join(parts)}/", f"/{'/'.join(parts)}"):
            try:
                resolve(found)
            except Resolver404:
                continue
            return found
    return "/"
