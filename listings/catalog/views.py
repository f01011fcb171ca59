"""Listings as pages: the lists, one listing with what higher rooms add to it, and the owner's desk."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from listings.catalog import policy, presentation, queries, services
from listings.catalog.data import current_data, data_of
from listings.catalog.forms import FORMS, FORMSETS, child_values
from listings.catalog.kinds import KINDS, kind_named
from listings.catalog.kinds.base import Kind, Place
from listings.catalog.models import State
from market.accounts import policy as accounts
from market.kernel import clock
from market.kernel.policy import refusal
from market.kernel.problems import NotFound, NotSignedIn, Problem
from market.kernel.validation import validated
from market.pages.rendering import PageRequest, form_problem, paginate, render_page
from market.pages.steps import Refused, buttons, take
from market.reference import queries as reference

PARTS = ("matches", "story", "turnover")  # slots of a listing's page, by the code of its kind
NEWEST = 50  # of each kind on an organisation's page


@require_safe
def listings(request: PageRequest, kind: Kind) -> HttpResponse:
    """Listings of a kind on show, newest first."""
    rows = queries.shown_listings(actor=request.actor, kind=kind.code, **_filters(request)).select_related("owner")
    page = paginate(request, rows.order_by(*queries.ORDER))
    context: dict[str, Any] = {
        "page": page,
        "count": presentation.count(kind, page.count),
        "cards": presentation.cards(kind, page.items, request.actor),
        "kind": kind,
        "filters": _filters(request),
        "fields": reference.choices("technology_field", clock.today()),
        "industries": reference.choices("local_industry", clock.today()),
        "may_create": policy.may_create(request.actor, kind),
    }
    return render_page(request, kind.list_template, **context)


@require_safe
def detail(request: PageRequest, kind: Kind, listing_id: UUID) -> HttpResponse:
    """One listing, with what higher rooms add to it."""
    return _detail(request, kind, listing_id)


def _detail(request: PageRequest, kind: Kind, listing_id: UUID, refused: Refused | None = None) -> HttpResponse:
    rule = policy.policy_of(kind.code)
    row = queries.listing(actor=request.actor, kind=kind.code, listing_id=listing_id)
    context: dict[str, Any] = {
        "row": row,
        "kind": kind,
        "owner": presentation.owner_name(kind, row, request.actor),
        "lead": presentation.facts(kind, row, request.actor, Place.LEAD),
        "facts": presentation.facts(kind, row, request.actor),
        "tables": presentation.tables(kind, row),
        "slots": [f"{kind.code}.{part}" for part in PARTS],
        "steps": buttons(rule, request.actor, row, refused=refused),
        "may_edit": "update" in rule.allowed(request.actor, row),
    }
    return render_page(request, kind.template, **context)


@require_safe
def organisation(request: PageRequest, organisation_id: UUID) -> HttpResponse:
    """What an organisation shows the reader: the newest listings of each kind that bear its name."""
    row = accounts.organisations.fetch(actor=request.actor, pk=organisation_id)
    parts = []
    for kind in KINDS.values():
        rows = queries.shown_listings(actor=request.actor, kind=kind.code, owner=row.pk)
        rows = rows.filter(policy.named(request.actor, kind))
        parts.append((kind, rows.order_by(*queries.ORDER)[:NEWEST], rows.count()))
    return render_page(request, "catalog/organisation.html", organisation=row, parts=parts)


@require_safe
def mine(request: PageRequest) -> HttpResponse:
    """Everything the organisation has listed and asked, in every state."""
    if request.actor.organisation_id is None:
        raise NotFound if request.actor.is_signed_in else NotSignedIn
    kind = KINDS.get(request.GET.get("kind", ""), next(iter(KINDS.values())))
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    state = state if state in State.values else ""
    own = queries.own_listings(actor=request.actor, kind=kind.code, text=text, state=state)
    context: dict[str, Any] = {
        "page": paginate(request, own),
        "kind": kind,
        "kinds": KINDS.values(),
        "q": text,
        "state": state,
        "states": State.choices,
        "may_create": policy.may_create(request.actor, kind),
    }
    return render_page(request, "catalog/mine.html", **context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PageRequest, kind: Kind) -> HttpResponse:
    """The form of a new listing; what is saved is a draft."""
    if not policy.may_create(request.actor, kind):
        raise refusal(request.actor)
    typed = Typed(request, kind)
    if request.method == "POST" and typed.is_valid():
        try:
            row = services.create_listing(actor=request.actor, kind=kind.code, data=typed.data(), at=clock.now())
        except Problem as problem:
            typed.refuse(problem)
        else:
            messages.success(request, _("草稿已保存，确认无误后请发布"))
            return redirect(kind.url_name, row.id)
    return render_page(request, "catalog/form.html", form=typed.form, beneath=typed.beneath, kind=kind, row=None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PageRequest, kind: str, listing_id: UUID) -> HttpResponse:
    rule = policy.policy_of(kind)
    row = rule.fetch(actor=request.actor, pk=listing_id)
    rule.require(request.actor, "update", row)
    its_kind = kind_named(kind)
    typed = Typed(request, its_kind, row)
    if request.method == "POST" and typed.is_valid():
        try:
            typed.save(listing_id)
        except Problem as problem:
            typed.refuse(problem)
        else:
            messages.success(request, _("已保存"))
            return redirect(its_kind.url_name, listing_id)
    return render_page(request, "catalog/form.html", form=typed.form, beneath=typed.beneath, kind=its_kind, row=row)


@require_POST
def move(request: PageRequest, kind: str, listing_id: UUID, verb: str) -> HttpResponse:
    its_kind = kind_named(kind)
    return take(
        request,
        policy.policy_of(kind),
        listing_id,
        verb,
        draw=partial(_detail, request, its_kind, listing_id),
        done=lambda _row: redirect(its_kind.url_name, listing_id),
    )


class Typed:
    """What a page's form and the rows beneath it hold, and where a refusal belongs."""

    def __init__(self, request: PageRequest, kind: Kind, row: Any = None) -> None:
        self.request, self.kind = request, kind
        posted = request.POST if request.method == "POST" else None
        known = {} if row is None else current_data(kind, row).model_dump(warnings=False) | {"version": row.version}
        self.form = FORMS[kind.code](posted, initial=known)
        self.field = ""
        self.beneath: Any = None
        self.kept: list[forms.Form] = []
        for child in kind.children:
            self.field = child.field
            self.beneath = FORMSETS[child.field](posted, initial=known.get(child.field, []), prefix=child.field)

    def is_valid(self) -> bool:
        return self.form.is_valid() and (self.beneath is None or self.beneath.is_valid())

    def data(self) -> Any:
        """A new listing as the service takes it; raises InvalidInput."""
        return validated(data_of(self.kind), self.form.values() | self._rows())

    def save(self, listing_id: UUID) -> None:
        """Write what was changed, if anything was."""
        if changes := self.changes():
            services.update_listing(
                actor=self.request.actor,
                kind=self.kind.code,
                listing_id=listing_id,
                version=self.form.cleaned_data["version"],
                changes=changes,
                confirmed=self.form.cleaned_data["confirmed"],
                at=clock.now(),
            )

    def changes(self) -> dict[str, Any]:
        rows = self._rows() if self.beneath is not None and self.beneath.has_changed() else {}
        return self.form.changes() | rows

    def refuse(self, problem: Problem) -> None:
        """Say it at the field concerned, in the row concerned."""
        if problem.is_passed_on:
            raise problem
        rest = []
        for error in problem.errors:
            match error.get("loc"):
                case [field, int(place), *deeper] if self.kept and field == self.field and place < len(self.kept):
                    form = self.kept[place]
                    form.add_error(next((name for name in deeper if name in form.fields), None), str(error["message"]))
                case _:
                    rest.append(error)
        if rest or not problem.errors:
            form_problem(self.form, problem, rest)

    def _rows(self) -> dict[str, Any]:
        if self.beneath is None:
            return {}
        values, self.kept = child_values(self.beneath, self.form.cleaned_data["title"])
        return {self.field: values}


def _filters(request: PageRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:40] for name in ("technology_field", "local_industry")}
