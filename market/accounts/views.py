"""The organisation's own pages: who it is, its people and whom they ask, its keys; and the person's own."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from market.accounts import letters, policy, queries, services
from market.accounts.forms import AnswerForm, InvitationForm, KeyForm, NameForm, OrganisationForm, ResubmissionForm
from market.accounts.middleware import SESSION_ORGANISATION
from market.accounts.models import Invitation
from market.accounts.problems import InvitationClosed
from market.kernel import clock, idempotency
from market.kernel.actor import Actor, OrganisationKind
from market.kernel.http import ActorRequest
from market.kernel.paging import table_page
from market.kernel.policy import refusal
from market.kernel.problems import NotFound, NotSignedIn, Problem

SESSION_INVITATION = "invitation_id"


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
    invitations = queries.invitations_to(actor=request.actor, at=clock.now())
    return render(request, "accounts/join.html", {"form": form, "invitations": _with_paths(invitations)})


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: ActorRequest) -> HttpResponse:
    """One's own name, organisations and invitations, and the way to password, second factor and sessions."""
    if request.actor.user_id is None:
        raise NotSignedIn
    form = NameForm(request.POST or None, initial={"name": request.actor.name})
    if request.method == "POST" and form.is_valid():
        services.rename(actor=request.actor, name=form.cleaned_data["name"], at=clock.now())
        messages.success(request, _("已保存"))
        return redirect("accounts:me")
    context = {
        "form": form,
        "mine": queries.memberships_of(request.actor.user_id),
        "invitations": _with_paths(queries.invitations_to(actor=request.actor, at=clock.now())),
    }
    return render(request, "accounts/me.html", context)


@require_POST
def resubmit(request: ActorRequest) -> HttpResponse:
    """Put a rejected application right."""
    if request.actor.organisation_id is None:
        raise NotFound if request.actor.is_signed_in else NotSignedIn
    policy.organisations.fetch(actor=request.actor, pk=request.actor.organisation_id, verb="resubmit")
    form = ResubmissionForm(request.POST)
    if form.is_valid():
        try:
            services.resubmit_organisation(
                actor=request.actor, organisation_id=request.actor.organisation_id, at=clock.now(), **form.cleaned_data
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已重新提交，请等待核验"))
            return redirect("accounts:organisation")
    return _organisation(request, resubmission_form=form)


@require_POST
def invite(request: ActorRequest) -> HttpResponse:
    """Ask somebody to act for the organisation; the answer is the same whether or not the address is known."""
    if request.actor.organisation_id is None or request.actor.organisation_kind is None:
        raise NotFound if request.actor.is_signed_in else NotSignedIn
    policy.organisations.fetch(actor=request.actor, pk=request.actor.organisation_id, verb="invite")
    form = InvitationForm(request.POST, kind=request.actor.organisation_kind)
    if form.is_valid():
        try:
            sent = services.invite_member(
                actor=request.actor,
                organisation_id=request.actor.organisation_id,
                language=get_language() or "",
                at=clock.now(),
                **form.cleaned_data,
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            again = _("邀请信已重新寄出，此前寄给该邮箱的邀请链接随即失效")
            messages.success(request, again if sent.replaces_another else _("邀请信已寄出，对方接受后成为成员"))
            return redirect("accounts:organisation")
    return _organisation(request, invitation_form=form)


@require_POST
def withdraw(request: ActorRequest, invitation_id: UUID) -> HttpResponse:
    _or_message(
        request, lambda: services.withdraw_invitation(actor=request.actor, invitation_id=invitation_id, at=clock.now())
    )
    return redirect("accounts:organisation")


@require_safe
def invited(request: ActorRequest, token: str) -> HttpResponse:
    """Where the letter leads: the session keeps which invitation it is, so that no page, log or form has the link."""
    invitation = letters.invitation_of(token)
    if invitation is None:
        raise NotFound
    request.session[SESSION_INVITATION] = str(invitation.id)
    return redirect("accounts:invitation")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: ActorRequest) -> HttpResponse:
    """Who asks, and the answer, once the letter's reader has signed in or up."""
    kept = request.session.get(SESSION_INVITATION)
    row = Invitation.objects.select_related("organisation").filter(pk=kept).first() if kept else None
    if row is None:
        raise NotFound
    if row.state(clock.now()) != "open":
        raise InvitationClosed(_("该单位又寄来了新的邀请信，请打开最近一封信中的链接") if row.is_replaced else "")
    actor = request.actor
    if actor.user_id is None:
        # Who has the link has read the letter: the address needs no second letter when they sign up.
        get_adapter().stash_verified_email(request, row.email)
    is_addressed = actor.user_id is not None and policy.is_addressed(actor, row)
    form = AnswerForm(request.POST or None, initial={"name": _own_name(actor)})
    if request.method == "POST":
        answer = _answer(request, row, form)
        if answer is not None:
            return answer
    context = {"invitation": row, "is_addressed": is_addressed, "form": form}
    return render(request, "accounts/invited.html", context, status=409 if form.errors else 200)


def _answer(request: ActorRequest, invitation: Invitation, form: AnswerForm) -> HttpResponse | None:
    """Where the answer leads; None where the form says why it was not taken."""
    common: dict[str, Any] = {"actor": request.actor, "invitation_id": invitation.id, "at": clock.now()}
    if request.actor.user_id is None:
        raise NotSignedIn
    if request.POST.get("answer") == "decline":
        services.decline_invitation(**common)
        messages.success(request, _("已谢绝邀请"))
        return redirect("accounts:me")
    if not form.is_valid():
        return None
    try:
        services.accept_invitation(name=form.cleaned_data["name"], **common)
    except Problem as problem:
        refuse(form, problem)
        return None
    request.session[SESSION_ORGANISATION] = str(invitation.organisation_id)
    request.session.pop(SESSION_INVITATION, None)
    messages.success(request, _("您已加入该单位"))
    return redirect("accounts:organisation")


@require_POST
def end_membership(request: ActorRequest, membership_id: UUID) -> HttpResponse:
    _or_message(
        request, lambda: services.end_membership(actor=request.actor, membership_id=membership_id, at=clock.now())
    )
    return redirect("accounts:organisation")


@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: ActorRequest) -> HttpResponse:
    """The organisation's keys: those that work, all of them, and the latest that do not."""
    actor = request.actor
    if actor.organisation_id is None:
        raise refusal(actor)
    policy.organisations.fetch(actor=actor, pk=actor.organisation_id, verb="issue_key")
    form, token = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        # The answer tells a secret that is stored nowhere else.
        idempotency.forget(request)
        at = clock.now()
        try:
            _key, token = services.issue_api_key(
                actor=actor,
                name=form.cleaned_data["name"],
                roles=sorted(actor.roles),
                scopes=form.cleaned_data["scopes"],
                expires_at=at + form.life,
                at=at,
            )
        except Problem as problem:
            refuse(form, problem)
        else:
            form = KeyForm()
    context = {
        "form": form,
        "token": token,
        "live": queries.keys(actor=actor, live=True, at=clock.now()).order_by("-created_at", "-id"),
        "page": table_page(
            queries.keys(actor=actor, live=False, at=clock.now()).order_by("-created_at", "-id"),
            number=request.GET.get("page"),
        ),
    }
    return render(request, "accounts/keys.html", context, status=409 if form.errors else 200)


@require_POST
def revoke_key(request: ActorRequest, key_id: UUID) -> HttpResponse:
    services.revoke_api_key(actor=request.actor, key_id=key_id, at=clock.now())
    return redirect("accounts:keys")


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


def _organisation(request: ActorRequest, **forms_: forms.Form) -> HttpResponse:
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
        "memberships": queries.members(actor=actor, organisation_id=row.id).order_by("created_at", "id"),
        "mine": queries.memberships_of(actor.user_id),
        "invitations": queries.open_invitations(actor=actor, organisation_id=row.id, at=clock.now()) if manages else [],
        "invitation_form": InvitationForm(kind=actor.organisation_kind),
        "resubmission_form": ResubmissionForm(
            initial={"name": row.name, "credit_code": row.credit_code, "region": row.region}
        ),
    }
    context |= forms_
    for name in ("invitation_form", "resubmission_form"):  # a label must not act on the other's field
        context[name].auto_id = f"id_{name}_%s"
    return render(request, "accounts/organisation.html", context, status=409 if forms_ else 200)


def _own_name(actor: Actor) -> str:
    """What the person is called so far; nothing where that is only their address."""
    return "" if "@" in actor.name else actor.name


def _with_paths(invitations: Iterable[Invitation]) -> list[tuple[Invitation, str]]:
    return [(invitation, letters.path_of(invitation)) for invitation in invitations]


def _or_message(request: ActorRequest, act: Callable[[], Any]) -> None:
    """Do it, and say above the next page why it was refused; what the reader may not know of is raised on."""
    try:
        act()
    except Problem as problem:
        if problem.is_passed_on:
            raise
        messages.error(request, problem.words)


def refuse(form: forms.Form, problem: Problem) -> None:
    """A refusal in words at its field; what the reader may not know of is raised on."""
    if problem.is_passed_on:
        raise problem
    for error in problem.errors or [{"loc": [], "message": problem.words}]:
        field = str(error["loc"][-1]) if error["loc"] else ""
        form.add_error(field if field in form.fields else None, str(error["message"]))
