"""The operator's desk: whom to verify, and whom to stop."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from market.accounts import policy, queries, services
from market.accounts.forms import ProposalForm, ReasonForm
from market.kernel import clock
from market.kernel.actor import Role
from market.kernel.forms import posted_version
from market.kernel.http import ActorRequest
from market.kernel.paging import table_page
from market.kernel.policy import Policy, refusal
from market.kernel.problems import NotFound, Problem

FOUND_AT_MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: ActorRequest) -> HttpResponse:
    """Organisations whose papers are to be seen, with who applies."""
    if not request.actor.is_operator:
        raise refusal(request.actor)
    if request.method == "POST":
        try:
            organisation_id = UUID(request.POST.get("organisation", ""))
        except ValueError as error:
            raise NotFound from error
        verify = partial(services.verify_organisation, organisation_id=organisation_id, version=posted_version(request))
        return _act(request, forms.Form(request.POST), verify, _("已核验，申请人将收到通知"), "accounts:verification")
    rows = queries.organisations(actor=request.actor).filter(verified_at__isnull=True, rejected_at__isnull=True)
    page = table_page(rows.select_related("applicant").order_by("created_at", "id"), number=request.GET.get("page"))
    return render(request, "accounts/verification.html", {"page": page})


@require_safe
def directory(request: ActorRequest) -> HttpResponse:
    """Organisations and people by name, code or address."""
    if not request.actor.is_operator:
        raise refusal(request.actor)
    text = request.GET.get("q", "").strip()[:100]
    context: dict[str, Any] = {"q": text, "organisations": [], "people": []}
    if text:
        context["organisations"] = queries.found_organisations(actor=request.actor, text=text)[:FOUND_AT_MOST]
        context["people"] = queries.people(actor=request.actor, text=text).order_by("email")[:FOUND_AT_MOST]
    return render(request, "accounts/directory.html", context)


@require_POST
def reject(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    policy.organisations.fetch(actor=request.actor, pk=organisation_id, verb="reject")
    return _act(
        request,
        ReasonForm(request.POST),
        partial(services.reject_organisation, organisation_id=organisation_id, version=posted_version(request)),
        _("已退回，申请人将收到原因"),
        "accounts:verification",
    )


@require_POST
def propose(request: ActorRequest, organisation_id: UUID) -> HttpResponse:
    """Ask somebody to be the first manager of an organisation that has none."""
    policy.organisations.fetch(actor=request.actor, pk=organisation_id, verb="invite")
    return _act(
        request,
        ProposalForm(request.POST),
        lambda **values: services.invite_member(organisation_id=organisation_id, roles=[Role.MANAGER.value], **values),
        _("邀请信已寄出，对方接受后生效"),
    )


# By the name of the address's parameter: who may be suspended, and the services that do it and undo it.
SUSPENSIONS: dict[str, tuple[Policy[Any], dict[str, Callable[..., Any]]]] = {
    "organisation_id": (
        policy.organisations,
        {"suspend": services.suspend_organisation, "reinstate": services.reinstate_organisation},
    ),
    "user_id": (policy.people, {"suspend": services.suspend_person, "reinstate": services.reinstate_person}),
}


@require_POST
def suspension(request: ActorRequest, verb: str, **subject: UUID) -> HttpResponse:
    """Suspend, with a reason, or reinstate the organisation or person that the address names."""
    ((name, pk),) = subject.items()
    rows, acts = SUSPENSIONS[name]
    rows.fetch(actor=request.actor, pk=pk, verb="suspend")
    form, done = (ReasonForm, _("已停用")) if verb == "suspend" else (forms.Form, _("已恢复"))
    versioned = {"version": posted_version(request)} if name == "organisation_id" else {}
    return _act(request, form(request.POST), partial(acts[verb], **subject, **versioned), done)


def _act(
    request: ActorRequest, form: forms.Form, act: Callable[..., Any], done: Any, page: str = "accounts:directory"
) -> HttpResponse:
    """Do what the form says, and tell above the desk what became of it."""
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(page)
    try:
        act(actor=request.actor, at=clock.now(), **form.cleaned_data)
    except Problem as problem:
        if problem.is_passed_on:
            raise
        messages.error(request, problem.words)
    else:
        messages.success(request, done)
    return redirect(page)
