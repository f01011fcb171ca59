"""Keeping a search from the search page, the list of those kept, the private feed, and ending alerts by one click."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from market.kernel import clock
from market.kernel.marks import listed
from market.kernel.problems import NotSignedIn, Problem
from market.pages.rendering import PageRequest, form_problem, paginate, render_page
from search.find.addresses import query_of, query_url
from search.saved import addresses, descriptions, feeds, policy, queries, services
from search.saved.forms import CadenceForm, SaveForm
from search.saved.models import Cadence, SavedSearch


@require_safe
def index(request: PageRequest) -> HttpResponse:
    if request.actor.user_id is None:
        raise NotSignedIn
    rows = policy.saved_searches.visible_to(request.actor).order_by("-created_at", "-id")
    page = paginate(request, rows)
    items = [_described(request, row) for row in page.items]
    return render_page(request, "saved/index.html", page=page, items=items, cadences=Cadence.choices)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """Name the search that the address asks, and say how soon to be told."""
    if request.actor.user_id is None:
        raise NotSignedIn
    query = query_of(request)
    form = SaveForm(
        request.POST or None, initial={"name": descriptions.suggested_name(query), "cadence": Cadence.DAILY}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.save_search(
                actor=request.actor, query=query, at=clock.now(), seen_at=_seen_at(request), **form.cleaned_data
            )
        except Problem as problem:
            if problem.is_passed_on:
                raise
            form_problem(form, problem)
        else:
            messages.success(request, _("搜索已保存，有新发布的内容会按您的选择提醒"))
            return redirect("saved:index")
    response = render_page(
        request, "saved/new.html", form=form, conditions=descriptions.conditions(query), back_url=query_url(query)
    )
    response.status_code = 422 if form.errors else 200
    return response


@require_safe
def found(request: PageRequest, search_id: UUID) -> HttpResponse:
    """The search itself, asked now; where e-mails lead."""
    if request.actor.user_id is None:
        raise NotSignedIn
    query = queries.asked(policy.saved_searches.fetch(actor=request.actor, pk=search_id))
    return redirect(query_url(query) if query else "search:search")


@require_POST
def update(request: PageRequest, search_id: UUID) -> HttpResponse:
    form = CadenceForm(request.POST)
    chosen = form.cleaned_data["cadence"] if form.is_valid() else None
    services.update_search(actor=request.actor, search_id=search_id, cadence=chosen, at=clock.now())
    if chosen:
        messages.success(request, _("提醒方式已更改"))
    else:
        messages.error(request, _("请选择提醒方式"))
    return redirect("saved:index")


@require_POST
def delete(request: PageRequest, search_id: UUID) -> HttpResponse:
    services.delete_search(actor=request.actor, search_id=search_id, at=clock.now())
    messages.success(request, _("搜索已删除"))
    return redirect("saved:index")


@require_POST
def renew_feed(request: PageRequest, search_id: UUID) -> HttpResponse:
    services.renew_feed_token(actor=request.actor, search_id=search_id, at=clock.now())
    messages.success(request, _("订阅源已换新地址，旧地址立即失效"))
    return redirect("saved:index")


@require_safe
def feed(request: PageRequest, feed_token: str) -> HttpResponse:
    """What the search found, for feed readers; who has the address reads what its owner may see."""
    search = addresses.search_of_feed(feed_token)
    return feeds.answer(request, search, base=_base(request), at=clock.now())


@csrf_exempt  # RFC 8058: the mail program posts; the token in the address is what allows it
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: PageRequest, unsubscribe_token: str) -> HttpResponse:
    """End the alerts of the searches of a mail: a page that asks first, since mail scanners follow links."""
    searches = addresses.searches_to_stop(unsubscribe_token)
    if request.method == "POST":
        searches = services.stop_alerts(token=unsubscribe_token, at=clock.now())
    names = listed(f"“{search.name}”" for search in searches)
    is_stopped = all(search.cadence == Cadence.NONE for search in searches)
    response = render_page(request, "saved/unsubscribe.html", names=names, is_stopped=is_stopped)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _seen_at(request: PageRequest) -> datetime | None:
    """When the page of results was made that led here, by the address; the service bounds it."""
    seconds = request.GET.get("seen", "")
    return (
        datetime.fromtimestamp(int(seconds), UTC)
        if seconds.isascii() and seconds.isdigit() and len(seconds) <= 10
        else None
    )


def _described(request: PageRequest, row: SavedSearch) -> dict[str, Any]:
    query = queries.asked(row)
    return {
        "search": row,
        "conditions": descriptions.conditions(query) if query else [],
        "url": addresses.found_path(row),
        "feed_url": f"{_base(request)}{addresses.feed_path(row)}",
    }


def _base(request: PageRequest) -> str:
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
