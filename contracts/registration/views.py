"""The registry's desk and the applicant's view of it."""

from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from contracts.agreements import policy as agreements
from contracts.agreements.models import TechnologyContract
from contracts.registration import policy, queries, rules, services
from contracts.registration.facts import CORRECTABLE
from contracts.registration.forms import ApplyForm
from contracts.registration.history import history_of
from contracts.registration.models import Change, Registration
from market.kernel import clock, files
from market.kernel.lifecycle import Verb
from market.kernel.policy import Policy
from market.kernel.problems import NotSignedIn
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import Refused, attempt, buttons, take
from market.reference import queries as reference


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
    return _take(request, policy.registrations, registration_id, verb, registration_id)


@require_POST
def correction_step(request: PageRequest, correction_id: UUID, verb: str) -> HttpResponse:
    """The second person's answer to a correction."""
    row = policy.corrections.fetch(actor=request.actor, pk=correction_id)
    return _take(request, policy.corrections, correction_id, verb, row.registration_id)


@require_POST
def change_step(request: PageRequest, change_id: UUID, verb: str) -> HttpResponse:
    """The second person's answer to a change of high value."""
    row = policy.changes.fetch(actor=request.actor, pk=change_id)
    return _take(request, policy.changes, change_id, verb, row.registration_id)


def _take(request: PageRequest, of: Policy[Any], row_id: UUID, verb: str, registration_id: UUID) -> HttpResponse:
    """Do the verb to the row, whose page is that of the registration."""
    return take(
        request,
        of,
        row_id,
        verb,
        draw=partial(_detail, request, registration_id),
        done=lambda _row: redirect("registration:detail", registration_id),
        said=_said,
    )


def _said(verb: Verb, row: Any) -> Any:
    """What was only proposed is not called done."""
    if verb.code == "correct":
        return _("已提交复核：%(step)s")
    if isinstance(row, Registration) and (
        row.state == Registration.State.SECOND_REVIEW or queries.waits_for_second_person(row)
    ):
        return _("已提交大额复审：%(step)s")
    return None


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
    earlier = rules.reapplication(row.state for row in rows)
    context: dict[str, Any] = {
        "contract": contract,
        "rows": rows,
        "form": form,
        "grounds": [rules.GROUND_LABELS[ground] for ground in queries.grounds_against(contract, on=clock.today())],
        "may_apply": contract.state not in TechnologyContract.OVER
        and earlier == rules.Reapplication.OPEN
        and services.may_apply(request.actor, contract),
        "is_revoked": earlier == rules.Reapplication.REVOKED,
    }
    return render_page(
        request, "registration/contract_part.html", fragment="registration/_contract_part.html", **context
    )


def _detail(request: PageRequest, registration_id: UUID, refused: Refused | None = None) -> HttpResponse:
    row = queries.registration(
        actor=request.actor,
        registration_id=registration_id,
        related=("contract__seller", "contract__buyer", "reviewed_by", "approved_by"),
    )
    context: dict[str, Any] = {
        "row": row,
        "contract": row.contract,
        "steps": buttons(policy.registrations, request.actor, row, refused=refused),
        **_correction(request, row, refused),
        "changes": [_change(request, change, refused) for change in queries.changes_of(row)],
        "grounds": _labels(row.grounds),
        "differences": [(Decimal(item["amount"]), item["reason"]) for item in row.differences],
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
    return render_page(request, "registration/detail.html", **context)


def _labels(grounds: list[str]) -> list[Any]:
    return [rules.GROUND_LABELS[rules.Ground(code)] for code in grounds]


def _change(request: PageRequest, change: Change, refused: Refused | None) -> dict[str, Any]:
    """A change, the published reports it touches, and what the reader may do to it."""
    steps = buttons(policy.changes, request.actor, change, refused=refused, is_one_of_many=True)
    return {"row": change, "published": queries.published_on(change.effective_on), "steps": steps}


def _correction(request: PageRequest, row: Registration, refused: Refused | None) -> dict[str, Any]:
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
        "correction_steps": buttons(
            policy.corrections, request.actor, correction, refused=refused, is_one_of_many=True
        ),
    }
