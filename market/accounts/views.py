"""The organisation's own page: who it is, its people, its keys; and the operator's list of those to verify."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from market.accounts import policy, queries, services
from market.accounts.forms import KeyForm, MemberForm, OrganisationForm
from market.accounts.middleware import SESSION_ORGANISATION
from market.kernel import clock
from market.kernel.actor import OrganisationKind
from market.kernel.http import ActorRequest
from market.kernel.paging import table_page
from market.kernel.policy import refusal
from market.kernel.problems import NotFound, NotSignedIn, Problem

PASSED_ON = frozenset({401, 403, 404})


@require_safe
def organisation(request: ActorRequest) -> HttpResponse:
    return _organisation(request)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: ActorRequest) -> HttpResponse:
    """Register the organisation one acts for."""
    if request.actor.user_id is None:
        raise NotSignedIn
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"kind": OrganisationKind(form.cleaned_data["kind"])}
        try:
            row = services.create_organisation(actor=request.actor, at=clock.now(), **data)
        except Problem as problem:
            refuse(form, problem)
        else:
            request.session[SESSION_ORGANISATION] = str(row.id)
            messages.success(request, _("单位已登记，待运营方核验后即可发布和签约"))
            return redirect("accounts:organisation")
    return render(request, "accounts/join.html", {"form": form})


@require_POST
def add_member(request: ActorRequest) -> HttpResponse:
    if request.actor.organisation_id is None or request.actor.organisation_kind is None:
        raise NotFound if request.actor.is_signed_in else NotSignedIn
    policy.organisations.fetch(actor=request.actor, pk=request.actor.organisation_id, verb="add_member")
    form = MemberForm(request.POST, kind=request.actor.organisation_kind)
    if form.is_valid():
        try:
            services.add_member(
                actor=request.actor,
                organisation_id=request.actor.organisation_id,
                at=clock.now(),
                **form.cleaned_data,
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("成员已加入，可通过“忘记密码”设置密码"))
            return redirect("accounts:organisation")
    return _organisation(request, member_form=form)


@require_POST
def end_membership(request: ActorRequest, membership_id: UUID) -> HttpResponse:
    try:
        services.end_membership(actor=request.actor, membership_id=membership_id, at=clock.now())
    except Problem as problem:
        if problem.status in PASSED_ON:
            raise
        messages.error(request, str(problem.title))
    return redirect("accounts:organisation")


@require_POST
def issue_key(request: ActorRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            _key, token = services.issue_api_key(
                actor=request.actor,
                roles=sorted(request.actor.roles),
                expires_at=None,
                at=clock.now(),
                **form.cleaned_data,
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            return _organisation(request, token=token)
    return _organisation(request, key_form=form)


@require_POST
def revoke_key(request: ActorRequest, key_id: UUID) -> HttpResponse:
    services.revoke_api_key(actor=request.actor, key_id=key_id, at=clock.now())
    return redirect("accounts:organisation")


@require_POST
def act_for(request: ActorRequest) -> HttpResponse:
    """Act for another of one's organisations from now on."""
    if request.actor.user_id is None:
        raise NotSignedIn
    wanted = request.POST.get("organisation", "")
    known = {str(row.organisation_id) for row in queries.memberships_of(request.actor.user_id)}
    if wanted not in known:
        raise NotFound
    request.session[SESSION_ORGANISATION] = wanted
    return redirect("accounts:organisation")


@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: ActorRequest) -> HttpResponse:
    """The operator's list of organisations whose papers are to be seen."""
    if not request.actor.is_operator:
        raise refusal(request.actor)
    if request.method == "POST":
        try:
            organisation_id = UUID(request.POST.get("organisation", ""))
        except ValueError as error:
            raise NotFound from error
        services.verify_organisation(actor=request.actor, organisation_id=organisation_id, at=clock.now())
        return redirect("accounts:verification")
    rows = queries.organisations(actor=request.actor).filter(verified_at__isnull=True).order_by("created_at", "id")
    page = table_page(rows, number=request.GET.get("page"))
    return render(request, "accounts/verification.html", {"page": page})


def _organisation(request: ActorRequest, token: str = "", **forms_: forms.Form) -> HttpResponse:
    actor = request.actor
    if actor.user_id is None:
        raise NotSignedIn
    if actor.organisation_id is None or actor.organisation_kind is None:
        return redirect("accounts:join")
    row = policy.organisations.fetch(actor=actor, pk=actor.organisation_id)
    manages = policy.manages(actor, row)
    context: dict[str, Any] = {
        "organisation": row,
        "manages": manages,
        "memberships": policy.memberships.visible_to(actor)
        .filter(ended_at__isnull=True, organisation=row)
        .select_related("user")
        .order_by("created_at", "id"),
        "mine": queries.memberships_of(actor.user_id),
        "keys": policy.api_keys.visible_to(actor).order_by("-created_at", "-id")[:100],
        "member_form": MemberForm(kind=actor.organisation_kind),
        "key_form": KeyForm(),
        "token": token,
    }
    context |= forms_
    for name in ("member_form", "key_form"):  # both ask for a name: a label must not act on the other's field
        context[name].auto_id = f"id_{name}_%s"
    return render(request, "accounts/organisation.html", context, status=409 if forms_ else 200)


def refuse(form: forms.Form, problem: Problem) -> None:
    """A refusal in words at its field; what the reader may not know of is raised on."""
    if problem.status in PASSED_ON:
        raise problem
    for error in problem.data.get("errors") or [{"loc": [], "message": str(problem.title)}]:
        field = str(error["loc"][-1]) if error["loc"] else ""
        form.add_error(field if field in form.fields else None, str(error["message"]))
