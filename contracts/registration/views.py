"""The registry's desk and the applicant's view of it."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from contracts.agreements import policy as agreements
from contracts.registration import policy, queries, rules, services
from contracts.registration.facts import CORRECTABLE
from contracts.registration.forms import (
    AmendForm,
    ApplyForm,
    AttachForm,
    CorrectForm,
    EndForm,
    GroundsForm,
    RegisterForm,
)
from contracts.registration.history import history_of
from contracts.registration.models import Change, Correction, Registration
from market.kernel import clock, files
from market.kernel.problems import NotFound, NotSignedIn, Problem, VersionMissing
from market.pages.fields import VersionForm
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import PASSED_ON, Step, attempt, offered
from market.reference import queries as reference


def correct(**values: Any) -> Registration:
    """What the form holds of facts, as the service takes them."""
    facts = {name: values.pop(name) for name in CORRECTABLE}
    return services.correct_registration(facts=facts, **values)


STEPS = {
    "submit": Step(_("提交登记申请"), VersionForm, services.submit_registration),
    "attach": Step(_("补交材料"), AttachForm, services.attach_document),
    "accept": Step(_("受理"), VersionForm, services.accept_registration),
    "register": Step(_("予以登记"), RegisterForm, services.register_contract),
    "approve": Step(
        _("大额复审通过并登记"),
        VersionForm,
        services.approve_registration,
        question=_("通过后合同即予登记，认定金额计入全市成交额，并通知双方。请先核对认定金额与合同金额。"),
    ),
    "send_back": Step(_("退回登记员"), GroundsForm, services.send_back_registration),
    "request_correction": Step(_("要求补正"), GroundsForm, services.request_correction),
    "refuse": Step(
        _("不予登记"),
        GroundsForm,
        services.refuse_registration,
        is_grave=True,
        question=_("不予登记后本次申请结束，申请单位会收到通知和原因；合同可以重新申请。"),
    ),
    "amend": Step(_("变更登记"), AmendForm, services.amend_registration),
    "correct": Step(_("更正登记"), CorrectForm, correct),
    "cancel": Step(
        _("注销登记"),
        EndForm,
        services.cancel_registration,
        is_grave=True,
        question=_("注销后全部认定金额自生效日期起从成交额中减去，双方会收到通知，登记不能恢复。"),
    ),
    "revoke": Step(
        _("撤销登记"),
        EndForm,
        services.revoke_registration,
        is_grave=True,
        question=_("撤销后全部认定金额自生效日期起从成交额中减去，双方会收到通知，登记不能恢复。"),
    ),
}
CHANGE_STEPS = {
    "approve": Step(
        _("大额复审通过并办理"),
        VersionForm,
        services.approve_change,
        question=_("通过后成交额按上列内容变动，双方会收到通知，不能撤回。请先核对依据文件。"),
    ),
    "decline": Step(
        _("复审不通过"), VersionForm, services.decline_change, question=_("登记保持不变，提出人会收到通知。")
    ),
}
CORRECTION_STEPS = {
    "approve": Step(
        _("复核通过并更正"),
        VersionForm,
        services.approve_correction,
        question=_("更正后登记内容和成交额按上列内容改写，原分录冲回，双方会收到通知。"),
    ),
    "decline": Step(
        _("不予更正"), VersionForm, services.decline_correction, question=_("登记内容保持不变，提出人会收到通知。")
    ),
}


@require_safe
def registration_list(request: PageRequest) -> HttpResponse:
    if not request.actor.is_signed_in:
        raise NotSignedIn
    state = request.GET.get("state", "")
    state = state if state in Registration.State.values else ""
    rows = queries.registrations(actor=request.actor, state=state).order_by("-created_at", "-id")
    context: dict[str, Any] = {"page": paginate(request, rows), "state": state, "states": Registration.State.choices}
    return render_page(request, "registration/list.html", **context)


@require_safe
def registration_detail(request: PageRequest, registration_id: UUID) -> HttpResponse:
    return _detail(request, registration_id)


@require_POST
def step(request: PageRequest, registration_id: UUID, verb: str) -> HttpResponse:
    chosen = STEPS.get(verb)
    if chosen is None:
        raise NotFound
    policy.registrations.fetch(actor=request.actor, pk=registration_id, verb=verb)
    form = chosen.form(request.POST, request.FILES)
    row = attempt(form, partial(chosen.service, actor=request.actor, registration_id=registration_id, at=clock.now()))
    if row is not None:
        waits = row.state == Registration.State.SECOND_REVIEW or queries.waits_for_second_person(row)
        words = _("已提交大额复审：%(step)s") if waits else _("已完成：%(step)s")
        if verb == "correct":
            words = _("已提交复核：%(step)s")
        messages.success(request, words % {"step": chosen.label})
        return redirect("registration:detail", registration_id)
    return _detail(request, registration_id, failed=(verb, form))


@require_POST
def correction_step(request: PageRequest, correction_id: UUID, verb: str) -> HttpResponse:
    """The second person's answer to a correction."""
    if verb not in CORRECTION_STEPS:
        raise NotFound
    row = policy.corrections.fetch(actor=request.actor, pk=correction_id, verb=verb)
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise VersionMissing
    act = partial(CORRECTION_STEPS[verb].service, correction_id=correction_id)
    return _answered(request, row.registration_id, CORRECTION_STEPS[verb], partial(act, **form.cleaned_data))


@require_POST
def change_step(request: PageRequest, change_id: UUID, verb: str) -> HttpResponse:
    """The second person's answer to a change of high value."""
    if verb not in CHANGE_STEPS:
        raise NotFound
    row = policy.changes.fetch(actor=request.actor, pk=change_id, verb=verb)
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise VersionMissing
    act = partial(CHANGE_STEPS[verb].service, change_id=change_id)
    return _answered(request, row.registration_id, CHANGE_STEPS[verb], partial(act, **form.cleaned_data))


def _answered(request: PageRequest, registration_id: UUID, step: Step, act: Callable[..., Any]) -> HttpResponse:
    """Do the second person's part; the page of the registration says what became of it."""
    try:
        act(actor=request.actor, at=clock.now())
    except Problem as problem:
        if problem.status in PASSED_ON:
            raise
        messages.error(request, problem.words)
    else:
        messages.success(request, _("已完成：%(step)s") % {"step": step.label})
    return redirect("registration:detail", registration_id)


@require_safe
def change_document(request: PageRequest, change_id: UUID) -> FileResponse:
    """The paper that a change rests on."""
    return files.response(policy.changes.fetch(actor=request.actor, pk=change_id, related=("document",)).document)


@require_safe
def attachment(request: PageRequest, attachment_id: UUID) -> FileResponse:
    """A paper of the applicant."""
    return files.response(
        policy.attachments.fetch(actor=request.actor, pk=attachment_id, related=("document",)).document
    )


@require_POST
def apply(request: PageRequest, contract_id: UUID) -> HttpResponse:
    form = ApplyForm(request.POST)

    def apply_to(office_id: str) -> Registration:
        return services.apply_for_registration(
            actor=request.actor, contract_id=contract_id, office_id=UUID(office_id), at=clock.now()
        )

    row = attempt(form, apply_to)
    return _contract_part(request, contract_id, form) if row is None else redirect("registration:detail", row.id)


@require_safe
def contract_part(request: PageRequest, contract_id: UUID) -> HttpResponse:
    """The part of a contract's page about its registration."""
    return _contract_part(request, contract_id, ApplyForm())


def _contract_part(request: PageRequest, contract_id: UUID, form: forms.Form) -> HttpResponse:
    contract = agreements.contracts.fetch(actor=request.actor, pk=contract_id, related=("seller", "buyer"))
    rows = list(queries.registrations_of(actor=request.actor, contract=contract))
    is_applicant = services.applicant_of(contract).id == request.actor.organisation_id
    earlier = rules.reapplication(row.state for row in rows)
    context: dict[str, Any] = {
        "contract": contract,
        "rows": rows,
        "form": form,
        "grounds": [rules.GROUND_LABELS[ground] for ground in queries.grounds_against(contract, on=clock.today())],
        "may_apply": is_applicant and earlier == rules.Reapplication.OPEN and request.actor.is_signed_in,
        "is_revoked": earlier == rules.Reapplication.REVOKED,
    }
    return render_page(
        request, "registration/contract_part.html", fragment="registration/_contract_part.html", **context
    )


def _detail(request: PageRequest, registration_id: UUID, failed: tuple[str, forms.Form] | None = None) -> HttpResponse:
    row = policy.registrations.fetch(
        actor=request.actor,
        pk=registration_id,
        related=("contract__seller", "contract__buyer", "applicant", "office", "reviewed_by", "approved_by"),
    )
    steps = offered(STEPS, policy.allowed(request.actor, row), initial=_initial(row), failed=failed)
    context: dict[str, Any] = {
        "row": row,
        "contract": row.contract,
        "steps": steps,
        **_correction(request, row),
        "changes": [_change(request, change) for change in queries.changes_of(row)],
        "grounds": _labels(row.grounds),
        "history": history_of(row, actor=request.actor),
        "attachments": queries.attachments_of(row, actor=request.actor),
        "events": policy.events.visible_to(request.actor).filter(registration=row).order_by("recorded_at", "id"),
        "rule_set": rules.rule_set(row.rule_set),
        "warnings": rules.number_warnings(
            row.registration_no, registered_on=row.registered_on, office_region=row.office.region
        )
        if row.registered_on
        else [],
    }
    response = render_page(request, "registration/detail.html", **context)
    if failed:
        response.status_code = 409
    return response


def _labels(grounds: list[str]) -> list[Any]:
    return [rules.GROUND_LABELS[rules.Ground(code)] for code in grounds]


def _change(request: PageRequest, change: Change) -> dict[str, Any]:
    """A change, the published reports it touches, and what the reader may do to it."""
    allowed = _open_to(request, change, policy.allowed_for_change(request.actor, change))
    steps = offered(CHANGE_STEPS, allowed, initial={"version": change.version}, row_id=change.id)
    return {"row": change, "published": queries.published_on(change.effective_on), "steps": steps}


def _open_to(request: PageRequest, row: Change | Correction, allowed: Collection[str]) -> list[str]:
    """Nobody approves what he proposed, nor what has nothing left to change."""
    is_standing = row.registration.state == Registration.State.REGISTERED
    may_approve = is_standing and row.proposed_by_id != request.actor.user_id
    return [verb for verb in allowed if verb != "approve" or may_approve]


def _correction(request: PageRequest, row: Registration) -> dict[str, Any]:
    """The correction that waits for the second person, in words, and what the reader may do to it."""
    correction = queries.open_correction(row)
    if correction is None:
        return {"correction": None}
    return {
        "correction": correction,
        "correction_facts": [
            (CORRECTABLE[name].label, reference.label(CORRECTABLE[name].scheme, code, clock.today()) if code else "")
            for name, code in correction.facts.items()
        ],
        "correction_steps": offered(
            CORRECTION_STEPS,
            _open_to(request, correction, policy.allowed_for_correction(request.actor, correction)),
            initial={"version": correction.version},
            row_id="correction",
        ),
    }


def _initial(row: Registration) -> dict[str, Any]:
    facts = services.standing_facts(row) if row.state == Registration.State.REGISTERED else {}
    return {
        **facts,
        "version": row.version,
        "registered_on": row.registered_on or clock.today(),
        "effective_on": clock.today(),
        "contract_amount": row.contract_amount or row.contract.contract_amount,
        "technology_amount": row.technology_amount or row.contract.technology_amount,
        "registration_no": row.registration_no,
    }
