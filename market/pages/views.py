"""The first page, the plain large form, and what the portal says about its own accessibility."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.http import require_POST, require_safe

from market.accounts import services as accounts
from market.kernel import clock, deadletters
from market.pages.context import CARE_COOKIE
from market.pages.rendering import PageRequest, paginate, render_page

YEAR_SECONDS = 31_536_000


@require_safe
def home(request: PageRequest) -> HttpResponse:
    return render_page(request, "pages/home.html")


@require_safe
def accessibility(request: PageRequest) -> HttpResponse:
    return render_page(request, "pages/accessibility.html")


@require_safe
def demo_progress(request: PageRequest) -> HttpResponse:
    """The line about the growing city, which asks for itself again until there is no more to tell."""
    return render(request, "pages/_demo_progress.html")


@require_safe
def deliveries(request: PageRequest) -> HttpResponse:
    """For operators: what waits for whom, and what was given up."""
    rows = deadletters.dead_deliveries(actor=request.actor)
    consumers = deadletters.waiting(actor=request.actor)
    return render_page(request, "pages/deliveries.html", page=paginate(request, rows), consumers=consumers)


@require_POST
def requeue(request: PageRequest, delivery_id: int) -> HttpResponse:
    deadletters.requeue_delivery(actor=request.actor, delivery_id=delivery_id, at=clock.now())
    messages.success(request, _("已重新投递。"))
    return redirect("pages:deliveries")


@require_POST
def set_language(request: PageRequest) -> HttpResponseBase:
    """Django's switch, which the browser remembers; a person's notices come in that language from now on."""
    if request.actor.user_id is not None:
        accounts.prefer_language(user_id=request.actor.user_id, language=request.POST.get("language", ""))
    return i18n.set_language(request)


@require_POST
def switch_care(request: PageRequest) -> HttpResponse:
    """Turn the plain large form (关怀版) on or off, and go back to where the reader was."""
    target = request.POST.get("next", "/")
    is_inside = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    response = redirect(target if is_inside else "/")
    if request.COOKIES.get(CARE_COOKIE) == "1":
        response.delete_cookie(CARE_COOKIE)
    else:
        response.set_cookie(CARE_COOKIE, "1", max_age=YEAR_SECONDS, httponly=True, samesite="Lax")
    return response
