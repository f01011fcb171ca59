"""The inbox: a list, and a click that opens what the notice is about."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from market.kernel import clock
from market.kernel.http import ActorRequest
from market.kernel.paging import table_page
from market.kernel.problems import NotSignedIn
from market.notices import policy, services


@require_safe
def inbox(request: ActorRequest) -> HttpResponse:
    if request.actor.user_id is None:
        raise NotSignedIn
    rows = policy.notices.visible_to(request.actor).order_by("-created_at", "-id")
    return render(request, "notices/inbox.html", {"page": table_page(rows, number=request.GET.get("page"))})


@require_POST
def read(request: ActorRequest, notice_id: UUID) -> HttpResponse:
    notice = services.read_notice(actor=request.actor, notice_id=notice_id, at=clock.now())
    is_inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if notice.url and is_inside else "notices:inbox")


@require_POST
def read_all(request: ActorRequest) -> HttpResponse:
    if request.actor.user_id is None:
        raise NotSignedIn
    services.read_all(actor=request.actor, at=clock.now())
    return redirect("notices:inbox")
