"""Matches beside a listing, a pair side by side, the reader's verdict, the operator's desk, and how good it all is."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from listings.catalog import queries as listings
from listings.catalog.kinds import kind_named
from market.kernel import clock
from market.kernel.forms import posted_text
from market.kernel.problems import NotFound, Problem
from market.pages import slots
from market.pages.rendering import PageRequest, render_page
from matching.matches import match_alerts, policy, quality_page, queries, reasons, scorer, services
from matching.matches.comparing import compared
from matching.matches.listing_adapter import OTHER
from matching.matches.models import Kind, Verdict

# What the list beside a listing says where it is closed, and where nothing fits.
WORDS = {
    Kind.DEMAND: {
        "closed": gettext_lazy("这项需求不再寻找成果。"),
        "none": gettext_lazy("目前还没有达到“弱匹配”的成果。"),
    },
    Kind.ACHIEVEMENT: {
        "closed": gettext_lazy("这项成果不再寻找需求方。"),
        "none": gettext_lazy("目前还没有达到“弱匹配”的需求。"),
    },
}
GROUNDS = [(code, label) for code, label in Verdict.Code.choices if code not in (Verdict.Code.FITS, Verdict.Code.OTHER)]


@require_safe
def demand_matches(request: PageRequest, demand_id: UUID) -> HttpResponse:
    found = queries.matches_for_demand(actor=request.actor, demand_id=demand_id)
    return _list(request, found, Kind.DEMAND, demand_id)


@require_safe
def achievement_matches(request: PageRequest, achievement_id: UUID) -> HttpResponse:
    found = queries.matches_for_achievement(actor=request.actor, achievement_id=achievement_id)
    return _list(request, found, Kind.ACHIEVEMENT, achievement_id)


@require_safe
def pair(request: PageRequest, demand_id: UUID, achievement_id: UUID) -> HttpResponse:
    """Both sides beside each other, with the phrases marked that carried the match."""
    demand = listings.demand(actor=request.actor, demand_id=demand_id)
    achievement = listings.achievement(actor=request.actor, achievement_id=achievement_id)
    match = queries.match_of(actor=request.actor, demand_id=demand_id, achievement_id=achievement_id)
    why = match.reasons if match else {}
    context: dict[str, Any] = {
        "match": match,
        "reason": reasons.sentence(why) if match else "",
        "meaning": reasons.meaning(match.level) if match else "",
        "agreements": [fact["words"] for fact in reasons.facts(why, "agreements")],
        "clashes": [fact["words"] for fact in reasons.facts(why, "clashes")],
        "sides": compared(request.actor, demand, achievement, reasons.phrases(why)),
        "demand_id": demand_id,
        "achievement_id": achievement_id,
        "verdict": queries.verdict_of(actor=request.actor, demand_id=demand_id, achievement_id=achievement_id),
        "may_judge": policy.judges(request.actor, demand, achievement),
        "grounds": GROUNDS,
        "here": request.path,
        "actions": _actions(request, demand_id, achievement_id),
    }
    return render_page(request, "matches/pair.html", **context)


@require_POST
def verdict(request: PageRequest, demand_id: UUID, achievement_id: UUID) -> HttpResponse:
    """One click; without a code it takes the verdict back."""
    pair_of: dict[str, Any] = {"demand_id": demand_id, "achievement_id": achievement_id}
    code = request.POST.get("code", "")
    try:
        if code:
            note = posted_text(request, "note", most=500) if code == Verdict.Code.OTHER else ""
            services.give_verdict(actor=request.actor, code=code, note=note, at=clock.now(), **pair_of)
            messages.success(request, _("已记录您的判断"))
        else:
            services.withdraw_verdict(actor=request.actor, at=clock.now(), **pair_of)
            messages.success(request, _("已收回判断"))
    except Problem as problem:
        if problem.is_passed_on:
            raise
        messages.error(request, problem.words)
    return redirect(_back(request, reverse("matches:pair", args=[demand_id, achievement_id])))


@require_POST
def watch(request: PageRequest, kind: str, listing_id: UUID) -> HttpResponse:
    """Be told of new matches of a listing, or no longer."""
    if kind not in Kind.values:
        raise NotFound
    set_watch = match_alerts.watch if request.POST.get("on") else match_alerts.unwatch
    set_watch(actor=request.actor, kind=Kind(kind), listing_id=listing_id, at=clock.now())
    return redirect(f"catalog:{kind}", listing_id)


@require_safe
def operating(request: PageRequest) -> HttpResponse:
    found = queries.operating(actor=request.actor)
    return render_page(request, "matches/operating.html", model=scorer.model_name(), **found)


@require_POST
def rematch(request: PageRequest) -> HttpResponse:
    services.start_rematch(actor=request.actor, at=clock.now())
    messages.success(request, _("已开始全部重新匹配"))
    return redirect("matches:operating")


@require_POST
def retry(request: PageRequest) -> HttpResponse:
    services.retry_given_up(actor=request.actor, at=clock.now())
    return redirect("matches:operating")


@require_safe
def quality(request: PageRequest) -> HttpResponse:
    """How good the matches are, for anyone who asks."""
    return render_page(request, "matches/quality.html", **quality_page.shown())


def _list(request: PageRequest, found: queries.MatchList, kind: Kind, listing_id: UUID) -> HttpResponse:
    context: dict[str, Any] = {
        "found": found,
        "rows": _rows(request, found.items),
        "aside": _rows(request, found.set_aside),
        "kind": kind.value,
        "listing_id": listing_id,
        "url_name": kind_named(OTHER[kind]).url_name,
        "words": WORDS[kind],
        "here": request.path,
        "grounds": GROUNDS,
        "may_watch": request.actor.user_id is not None,
        "is_watching": match_alerts.is_watching(actor=request.actor, kind=kind, listing_id=listing_id),
    }
    return render_page(request, "matches/matches.html", fragment="matches/_matches.html", **context)


def _rows(request: PageRequest, items: Sequence[queries.Shown]) -> list[dict[str, Any]]:
    return [
        {
            "item": item,
            "actions": _actions(request, item.row.demand_id, item.row.achievement_id),
            "may_judge": policy.judges(request.actor, item.row.demand, item.row.achievement),
        }
        for item in items
    ]


def _actions(request: PageRequest, demand_id: UUID, achievement_id: UUID) -> list[tuple[Any, str]]:
    """What higher rooms offer to do with a pair."""
    query = urlencode({"demand": demand_id, "achievement": achievement_id})
    return [
        (filling.title, f"{reverse(filling.url_name)}?{query}")
        for filling in slots.fillings("match.actions", request.actor)
    ]


def _back(request: PageRequest, otherwise: str) -> str:
    """Where the button was pressed, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else otherwise
