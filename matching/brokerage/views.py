"""The broker's desk: introductions, deals, and the next step of each."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from listings.catalog import policy as catalog
from listings.catalog import queries as listings
from market.kernel import clock, files
from market.kernel.policy import refusal
from market.kernel.problems import NotFound, NotSignedIn, Problem
from market.pages.rendering import PageRequest, form_problem, paginate, render_page
from market.pages.steps import PASSED_ON, attempt
from matching.brokerage import policy, queries, services
from matching.brokerage.forms import AdvanceForm, CircumventForm, IntroduceForm, LoseForm, ReopenForm
from matching.brokerage.models import Deal, DealMove
from matching.matches import queries as matches
from matching.matches import reasons

MOVES: dict[str, tuple[Any, Any]] = {
    "advance": (services.advance_deal, _("推进")),
    "lose": (services.lose_deal, _("结束项目")),
    "circumvent": (services.circumvent_deal, _("记录跳单")),
    "reopen": (services.reopen_deal, _("重新启动项目")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def introduce(request: PageRequest) -> HttpResponse:
    """Both sides beside each other, with the match of today, and one button."""
    if not request.actor.is_broker:
        raise refusal(request.actor)
    form = IntroduceForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        raise NotFound
    demand_id, achievement_id = form.cleaned_data["demand"], form.cleaned_data["achievement"]
    if request.method == "POST":
        try:
            row = services.introduce(
                actor=request.actor,
                demand_id=demand_id,
                achievement_id=achievement_id,
                note=form.cleaned_data["note"],
                at=clock.now(),
            )
        except Problem as problem:
            if problem.status in PASSED_ON:
                raise
            form_problem(form, problem)
        else:
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
    row = queries.introductions(actor=request.actor).filter(pk=introduction_id).first()
    if row is None:
        raise NotFound
    deal = getattr(row, "deal", None)
    may_open = deal is None and row.superseded_at is None and policy.introductions.can(request.actor, "open_deal", row)
    level = reasons.level_name(row.match.get("level"))
    return render_page(request, "brokerage/introduction.html", row=row, deal=deal, may_open=may_open, level=level)


@require_POST
def open_deal(request: PageRequest, introduction_id: UUID) -> HttpResponse:
    try:
        deal = services.open_deal(actor=request.actor, introduction_id=introduction_id, at=clock.now())
    except Problem as problem:
        if problem.status in PASSED_ON:
            raise
        messages.error(request, problem.words)
        return redirect("brokerage:introduction", introduction_id)
    messages.success(request, _("已完成：%(step)s") % {"step": _("立项")})
    return redirect("brokerage:deal", deal.id)


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
    if verb not in policy.deals.verbs:
        raise NotFound
    deal = policy.deals.fetch(actor=request.actor, pk=deal_id, verb=verb)
    form = _forms(deal, request.POST, request.FILES)[verb]
    service, label = MOVES[verb]
    if attempt(form, partial(service, actor=request.actor, deal_id=deal_id, at=clock.now())) is not None:
        messages.success(request, _("已完成：%(step)s") % {"step": label})
        return redirect("brokerage:deal", deal_id)
    return _deal(request, deal_id, failed={verb: form})


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


def _deal(request: PageRequest, deal_id: UUID, failed: dict[str, forms.Form] | None = None) -> HttpResponse:
    row = policy.deals.fetch(
        actor=request.actor,
        pk=deal_id,
        related=("seller", "buyer", "agency", "broker", "introduction__demand", "introduction__achievement"),
    )
    shown = _forms(row) | (failed or {})
    allowed = policy.allowed(request.actor, row)
    context: dict[str, Any] = {
        "row": row,
        "introduction": row.introduction,
        "moves": row.moves.select_related("proof", "moved_by").order_by("moved_at", "id"),
        "forms": {verb: form for verb, form in shown.items() if verb in allowed},
    }
    response = render_page(request, "brokerage/deal.html", **context)
    if failed:
        response.status_code = 409
    return response


def _forms(deal: Deal, *data: Any) -> dict[str, forms.Form]:
    """The forms beside a deal; each with ids of its own."""
    options: dict[str, Any] = {} if data else {"initial": {"version": deal.version}}
    found: dict[str, forms.Form] = {
        "advance": AdvanceForm(*data, stage=deal.stage, **options),
        "lose": LoseForm(*data, **options),
        "circumvent": CircumventForm(*data, **options),
        "reopen": ReopenForm(*data, **options),
    }
    for verb, form in found.items():
        form.auto_id = f"{verb}-%s"
    return found
