"""Listings as pages: the lists, one listing with what higher rooms add to it, and the owner's desk."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from listings.catalog import policy, queries, services
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.forms import AchievementForm, DemandForm, PatentFormSet, patent_values
from listings.catalog.models import Achievement, Demand, State
from listings.catalog.services import achievements as achievement_services
from listings.catalog.services import demands as demand_services
from market.accounts import policy as accounts
from market.kernel import clock
from market.kernel.forms import posted_text, posted_version
from market.kernel.policy import refusal
from market.kernel.problems import NotFound, NotSignedIn, Problem
from market.kernel.validation import validated
from market.pages.rendering import PageRequest, form_problem, paginate, render_page
from market.reference import queries as reference

NEWEST = 50  # of each kind on an organisation's page
PASSED_ON = frozenset({401, 403, 404})


@dataclass(frozen=True)
class Move:
    """A button of the owner's: its words, and the question before what cannot be taken back."""

    label: Any
    question: Any = ""


MOVES = {
    "publish": Move(_("发布")),
    "suspend": Move(_("暂停展示")),
    "withdraw": Move(
        _("撤回"), _("撤回后不再展示，匹配随之结束，也不能重新发布；已有的对接和交易项目继续。确定撤回吗？")
    ),
    "take_down": Move(_("下架"), _("下架后公众不再看到它，发布单位会收到下架原因。确定下架吗？")),
}


@require_safe
def achievement_list(request: PageRequest) -> HttpResponse:
    rows = queries.shown_achievements(actor=request.actor, **_filters(request)).select_related("owner")
    return _list(request, rows.order_by(*queries.ORDER), kind="achievement")


@require_safe
def demand_list(request: PageRequest) -> HttpResponse:
    rows = queries.shown_demands(actor=request.actor, **_filters(request)).select_related("owner")
    return _list(request, rows.order_by(*queries.ORDER), kind="demand")


@require_safe
def achievement_detail(request: PageRequest, achievement_id: UUID) -> HttpResponse:
    row = queries.achievement(actor=request.actor, achievement_id=achievement_id)
    context: dict[str, Any] = {
        "row": row,
        "kind": "achievement",
        "patents": row.patents.order_by("publication_no", "application_no"),
        "sees_owner": True,
        "sees_contacts": policy.sees_contacts(request.actor, row, row.owner_id),
        "moves": _moves(request, row),
        "may_edit": "update" in policy.allowed(request.actor, row),
    }
    return render_page(request, "catalog/achievement.html", **context)


@require_safe
def demand_detail(request: PageRequest, demand_id: UUID) -> HttpResponse:
    row = queries.demand(actor=request.actor, demand_id=demand_id)
    sees_owner = policy.sees_owner(request.actor, row)
    context: dict[str, Any] = {
        "row": row,
        "kind": "demand",
        "sees_owner": sees_owner,
        "sees_contacts": sees_owner and policy.sees_contacts(request.actor, row, row.owner_id),
        "moves": _moves(request, row),
        "may_edit": "update" in policy.allowed(request.actor, row),
    }
    return render_page(request, "catalog/demand.html", **context)


@require_safe
def organisation(request: PageRequest, organisation_id: UUID) -> HttpResponse:
    """What an organisation shows the reader: its newest achievements, and the demands that bear its name."""
    row = accounts.organisations.fetch(actor=request.actor, pk=organisation_id)
    achievements = queries.shown_achievements(actor=request.actor, owner=row.pk)
    demands = queries.shown_demands(actor=request.actor, owner=row.pk).filter(policy.named_demands(request.actor))
    parts = [
        (title, kind, rows.order_by(*queries.ORDER)[:NEWEST], rows.count())
        for title, kind, rows in ((_("科技成果"), "achievement", achievements), (_("技术需求"), "demand", demands))
    ]
    return render_page(request, "catalog/organisation.html", organisation=row, parts=parts)


@require_safe
def mine(request: PageRequest) -> HttpResponse:
    """Everything the organisation has listed and asked, in every state."""
    if request.actor.organisation_id is None:
        raise NotFound if request.actor.is_signed_in else NotSignedIn
    kind = "demand" if request.GET.get("kind") == "demand" else "achievement"
    own = queries.own_demands if kind == "demand" else queries.own_achievements
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    state = state if state in State.values else ""
    context: dict[str, Any] = {
        "page": paginate(request, own(actor=request.actor, text=text, state=state)),
        "kind": kind,
        "q": text,
        "state": state,
        "states": State.choices,
        "may_create": policy.may_create(request.actor, f"{kind}s"),
    }
    return render_page(request, "catalog/mine.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_achievement(request: PageRequest) -> HttpResponse:
    return _new(request, "achievement", AchievementForm, AchievementData)


@require_http_methods(["GET", "HEAD", "POST"])
def new_demand(request: PageRequest) -> HttpResponse:
    return _new(request, "demand", DemandForm, DemandData)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PageRequest, kind: str, listing_id: UUID) -> HttpResponse:
    row: Any
    if kind == "achievement":
        row = policy.achievements.fetch(actor=request.actor, pk=listing_id, verb="update")
        data: Any = achievement_services.current_data(row)
        typed = Typed(request, AchievementForm, data, version=row.version)
    elif kind == "demand":
        row = policy.demands.fetch(actor=request.actor, pk=listing_id, verb="update")
        typed = Typed(request, DemandForm, demand_services.current_data(row), version=row.version)
    else:
        raise NotFound
    if request.method == "POST" and typed.is_valid():
        try:
            _update(request, kind, listing_id, typed)
        except Problem as problem:
            typed.refuse(problem)
        else:
            messages.success(request, _("已保存"))
            return redirect(f"catalog:{kind}", listing_id)
    return render_page(request, "catalog/form.html", form=typed.form, patents=typed.patents, kind=kind, row=row)


@require_POST
def move(request: PageRequest, kind: str, listing_id: UUID, verb: str) -> HttpResponse:
    if verb not in MOVES or kind not in {"achievement", "demand"}:
        raise NotFound
    common: dict[str, Any] = {
        "actor": request.actor,
        "version": posted_version(request),
        "at": clock.now(),
    }
    try:
        if verb == "publish" and kind == "achievement":
            services.publish_achievement(achievement_id=listing_id, **common)
        elif verb == "publish":
            services.publish_demand(demand_id=listing_id, **common)
        elif verb == "take_down":
            services.take_down_listing(
                kind=kind, listing_id=listing_id, reason=posted_text(request, "reason", most=500), **common
            )
        else:
            service = services.suspend_listing if verb == "suspend" else services.withdraw_listing
            service(kind=kind, listing_id=listing_id, **common)
    except Problem as problem:
        if problem.status in PASSED_ON:
            raise
        messages.error(request, problem.words)
    else:
        messages.success(request, _("已完成：%(step)s") % {"step": MOVES[verb].label})
    return redirect(f"catalog:{kind}", listing_id)


def _list(request: PageRequest, rows: Any, *, kind: str) -> HttpResponse:
    page = paginate(request, rows)
    context: dict[str, Any] = {
        "page": page,
        "rows": [(row, _owner_name(request, row)) for row in page.items],
        "kind": kind,
        "filters": _filters(request),
        "fields": reference.choices("technology_field", clock.today()),
        "industries": reference.choices("local_industry", clock.today()),
        "may_create": policy.may_create(request.actor, f"{kind}s"),
    }
    return render_page(request, f"catalog/{kind}s.html", **context)


def _owner_name(request: PageRequest, row: Achievement | Demand) -> str:
    """The owner's name, empty where it stays unnamed."""
    is_named = not isinstance(row, Demand) or policy.sees_owner(request.actor, row)
    return row.owner.name if is_named else ""


def _new(request: PageRequest, kind: str, form_class: Any, model: Any) -> HttpResponse:
    if not policy.may_create(request.actor, f"{kind}s"):
        raise refusal(request.actor)
    typed = Typed(request, form_class)
    if request.method == "POST" and typed.is_valid():
        try:
            create: Any = services.create_achievement if kind == "achievement" else services.create_demand
            row = create(actor=request.actor, data=validated(model, typed.values()), at=clock.now())
        except Problem as problem:
            typed.refuse(problem)
        else:
            messages.success(request, _("草稿已保存，确认无误后请发布"))
            return redirect(f"catalog:{kind}", row.id)
    return render_page(request, "catalog/form.html", form=typed.form, patents=typed.patents, kind=kind, row=None)


class Typed:
    """What a page's form and the rows beneath it hold, and where a refusal belongs."""

    def __init__(self, request: PageRequest, form_class: Any, data: Any = None, *, version: int | None = None) -> None:
        posted = request.POST if request.method == "POST" else None
        initial = {} if data is None else form_class.initial_of(data) | {"version": version}
        self.form = form_class(posted, initial=initial)
        self.patents: Any = None
        self.kept: list[forms.Form] = []
        if form_class is AchievementForm:
            rows = [] if data is None else AchievementForm.patents_of(data)
            self.patents = PatentFormSet(posted, initial=rows, prefix="patents")

    def is_valid(self) -> bool:
        return self.form.is_valid() and (self.patents is None or self.patents.is_valid())

    def values(self) -> dict[str, Any]:
        return self.form.values() | self._rows()

    def changes(self) -> dict[str, Any]:
        rows = self._rows() if self.patents is not None and self.patents.has_changed() else {}
        return self.form.changes() | rows

    def refuse(self, problem: Problem) -> None:
        """Say it at the field concerned, in the row concerned."""
        if problem.status in PASSED_ON:
            raise problem
        rest = []
        for error in problem.errors:
            match error.get("loc"):
                case ["patents", int(place), *deeper] if place < len(self.kept):
                    form = self.kept[place]
                    form.add_error(next((name for name in deeper if name in form.fields), None), str(error["message"]))
                case _:
                    rest.append(error)
        if rest or not problem.errors:
            form_problem(self.form, problem, rest)

    def _rows(self) -> dict[str, Any]:
        if self.patents is None:
            return {}
        values, self.kept = patent_values(self.patents, self.form.cleaned_data["title"])
        return {"patents": values}


def _update(request: PageRequest, kind: str, listing_id: UUID, typed: Typed) -> None:
    changes = typed.changes()
    if not changes:
        return
    common: dict[str, Any] = {
        "actor": request.actor,
        "version": typed.form.cleaned_data["version"],
        "changes": changes,
        "confirmed": typed.form.cleaned_data["confirmed"],
        "at": clock.now(),
    }
    if kind == "achievement":
        services.update_achievement(achievement_id=listing_id, **common)
    else:
        services.update_demand(demand_id=listing_id, **common)


def _filters(request: PageRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:40] for name in ("technology_field", "local_industry")}


def _moves(request: PageRequest, row: Any) -> list[tuple[str, Move]]:
    allowed = policy.allowed(request.actor, row)
    return [(verb, found) for verb, found in MOVES.items() if verb in allowed]
