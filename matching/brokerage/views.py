"""The broker's desk: introductions, deals, and the next step of each."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from listings.catalog import policy as catalog
from listings.catalog import queries as listings
from market.kernel import clock, files
from market.kernel.policy import refusal
from market.kernel.problems import NotFound, NotSignedIn
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import Refused, attempt, buttons, take
from matching.brokerage import policy, queries, services
from matching.brokerage.forms import IntroduceForm
from matching.brokerage.models import Deal, DealMove
from matching.matches import queries as matches
from matching.matches import reasons


@require_http_methods(["GET", "HEAD", "POST"])
def introduce(request: PageRequest) -> HttpResponse:
    """Both sides beside each other, with the match of today, and one button."""
    if not request.actor.is_broker:
        raise refusal(request.actor)
    form = IntroduceForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        raise NotFound
    demand_id, achievement_id = form.cleaned_data["demand"], form.cleaned_data["achievement"]
    if request.method == "POST" and (
        row := attempt(form, partial(services.introduce, actor=request.actor, at=clock.now()))
    ):
        messages.success(request, _("已对接，双方会收到通知"))
        return redirect("brokerage:introduction", row.id)
    demand = listings.demand(actor=request.actor, demand_id=demand_id)
    match = matches.match_of(actor=request.actor, demand_id=demand_id, achievement_id=achievement_id)
    context: dict[str, Any] = {
        "form": form,
        "demand": demand,
        "achievement": listings.achievement(actor=request.actor, achievement_id=achievement_id),
        "match": match,
        "reason": reasons.sentence(match.reasons) if match else "",
        "sees_owner": catalog.sees_owner(request.actor, demand),
    }
    return render_page(request, "brokerage/introduce.html", **context)


@require_safe
def introduction_list(request: PageRequest) -> HttpResponse:
    if not request.actor.is_signed_in:
        raise NotSignedIn
    rows = queries.introductions(actor=request.actor).order_by("-introduced_at", "-id")
    return render_page(request, "brokerage/introductions.html", page=paginate(request, rows))


@require_safe
def introduction_detail(request: PageRequest, introduction_id: UUID) -> HttpResponse:
    return _introduction(request, introduction_id)


@require_POST
def open_deal(request: PageRequest, introduction_id: UUID) -> HttpResponse:
    return take(
        request,
        policy.introductions,
        introduction_id,
        "open_deal",
        draw=partial(_introduction, request, introduction_id),
        done=lambda deal: redirect("brokerage:deal", deal.id),
    )


@require_safe
def deal_list(request: PageRequest) -> HttpResponse:
    if not request.actor.is_signed_in:
        raise NotSignedIn
    stage = request.GET.get("stage", "")
    stage = stage if stage in Deal.Stage.values else ""
    rows = queries.deals(actor=request.actor, stage=stage).order_by("-opened_at", "-id")
    context: dict[str, Any] = {"page": paginate(request, rows), "stage": stage, "stages": Deal.Stage.choices}
    return render_page(request, "brokerage/deals.html", **context)


@require_safe
def deal_detail(request: PageRequest, deal_id: UUID) -> HttpResponse:
    return _deal(request, deal_id)


@require_POST
def move(request: PageRequest, deal_id: UUID, verb: str) -> HttpResponse:
    return take(
        request,
        policy.deals,
        deal_id,
        verb,
        draw=partial(_deal, request, deal_id),
        done=lambda deal: redirect("brokerage:deal", deal.id),
    )


@require_safe
def proof(request: PageRequest, deal_id: UUID, move_id: UUID) -> FileResponse:
    policy.deals.fetch(actor=request.actor, pk=deal_id)
    step = DealMove.objects.select_related("proof").filter(pk=move_id, deal=deal_id, proof__isnull=False).first()
    if step is None or step.proof is None:
        raise NotFound
    return files.response(step.proof)


@require_safe
def demand_story(request: PageRequest, demand_id: UUID) -> HttpResponse:
    """What became of a demand, as far as the reader may see."""
    return _story(request, demand=demand_id)


@require_safe
def achievement_story(request: PageRequest, achievement_id: UUID) -> HttpResponse:
    return _story(request, achievement=achievement_id)


def _story(request: PageRequest, **where: Any) -> HttpResponse:
    rows = queries.introductions(actor=request.actor).filter(**where).order_by("-introduced_at", "-id")[:50]
    return render_page(request, "brokerage/story.html", fragment="brokerage/_story.html", rows=rows)


def _introduction(request: PageRequest, introduction_id: UUID, refused: Refused | None = None) -> HttpResponse:
    row = queries.introductions(actor=request.actor).filter(pk=introduction_id).first()
    if row is None:
        raise NotFound
    context: dict[str, Any] = {
        "row": row,
        "deal": getattr(row, "deal", None),
        "steps": buttons(policy.introductions, request.actor, row, refused=refused),
        "level": reasons.level_name(row.match.get("level")),
    }
    return render_page(request, "brokerage/introduction.html", **context)


def _deal(request: PageRequest, deal_id: UUID, refused: Refused | None = None) -> HttpResponse:
    row = policy.deals.fetch(
        actor=request.actor,
        pk=deal_id,
        related=("seller", "buyer", "agency", "broker", "introduction__demand", "introduction__achievement"),
    )
    context: dict[str, Any] = {
        "row": row,
        "introduction": row.introduction,
        "moves": row.moves.select_related("proof", "moved_by").order_by("moved_at", "id"),
        "steps": buttons(policy.deals, request.actor, row, refused=refused),
    }
    return render_page(request, "brokerage/deal.html", **context)
