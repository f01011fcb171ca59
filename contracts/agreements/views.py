"""Contracts as pages: drafting from a deal, the text, the seals, and what rooms above add."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.agreements import policy, queries, rules, scans, services
from contracts.agreements.data import ContractData
from contracts.agreements.forms import ROWS, ContractForm, anchor
from contracts.agreements.models import ContractType, Signature, TechnologyContract
from contracts.agreements.services import drafting
from market.kernel import clock, files
from market.kernel.problems import NotAllowed, NotFound, NotSignedIn, Problem
from market.kernel.validation import validated
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import Refused, buttons, take
from matching.brokerage import policy as brokerage


@require_safe
def contract_list(request: PageRequest) -> HttpResponse:
    if not request.actor.is_signed_in:
        raise NotSignedIn
    rows = queries.contracts(actor=request.actor).order_by("-created_at", "-id")
    return render_page(request, "agreements/list.html", page=paginate(request, rows))


@require_safe
def contract_detail(request: PageRequest, contract_id: UUID) -> HttpResponse:
    return _detail(request, contract_id)


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: PageRequest, deal_id: UUID) -> HttpResponse:
    """Draft the contract of a deal, beginning with what the deal already says."""
    deal = brokerage.deals.fetch(
        actor=request.actor,
        pk=deal_id,
        related=("seller", "buyer", "introduction__achievement", "introduction__demand"),
    )
    if not drafting.may_draft(request.actor, deal):
        raise NotAllowed
    suggested = services.suggested_data(deal, on=clock.today())
    amount = suggested["contract_amount"]
    instalments = [{"amount": amount, "condition": str(_("合同签订后"))}] if amount else []
    form = _form(request, suggested | {"instalments": instalments})
    if request.method == "POST" and not _asks_for_a_row(request) and form.is_valid():
        try:
            row = services.draft_contract(
                actor=request.actor,
                deal_id=deal_id,
                data=validated(ContractData, form.values()),
                confirmed=form.cleaned_data["confirmed"],
                at=clock.now(),
            )
        except Problem as problem:
            _refuse(form, problem)
        else:
            messages.success(request, _("合同草稿已保存"))
            return redirect("agreements:detail", row.id)
    return render_page(request, "agreements/form.html", form=form, deal=deal, contract=None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PageRequest, contract_id: UUID) -> HttpResponse:
    row = policy.contracts.fetch(actor=request.actor, pk=contract_id, related=("deal",))
    policy.contracts.require(request.actor, "update", row)
    current = drafting.current_data(row)
    form = _form(request, ContractForm.initial_of(current) | {"version": row.version})
    form.fields["version"].required = True
    if request.method == "POST" and not _asks_for_a_row(request) and form.is_valid():
        try:
            services.update_contract(
                actor=request.actor,
                contract_id=contract_id,
                version=form.cleaned_data["version"],
                data=validated(ContractData, form.values()),
                confirmed=form.cleaned_data["confirmed"],
                at=clock.now(),
            )
        except Problem as problem:
            _refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("agreements:detail", contract_id)
    return render_page(request, "agreements/form.html", form=form, deal=row.deal, contract=row)


@require_POST
def step(request: PageRequest, contract_id: UUID, verb: str) -> HttpResponse:
    return take(
        request,
        policy.contracts,
        contract_id,
        verb,
        draw=partial(_detail, request, contract_id),
        done=lambda _row: redirect("agreements:detail", contract_id),
    )


@require_safe
def document(request: PageRequest, contract_id: UUID) -> FileResponse:
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    if row.document is None:
        raise NotFound
    return files.response(row.document)


@require_safe
def document_page(request: PageRequest, contract_id: UUID, number: int) -> HttpResponse:
    """A page of the drawn text as a picture, for whoever may read the text."""
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    if row.document is None:
        raise NotFound
    return scans.page_response(row.document, number)


@require_safe
def scan_page(request: PageRequest, contract_id: UUID, party: str, number: int) -> HttpResponse:
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    return scans.page_response(_seal(row, party).scan, number)


@require_safe
def papers(request: PageRequest, contract_id: UUID) -> HttpResponse:
    """The text and both scans, page beside page."""
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    context: dict[str, Any] = {"row": row, "sheets": queries.sheets(row)}
    return render_page(request, "agreements/papers.html", fragment="agreements/_papers.html", **context)


@require_safe
def scan(request: PageRequest, contract_id: UUID, party: str) -> FileResponse:
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    return files.response(_seal(row, party).scan)


@require_safe
def deal_part(request: PageRequest, deal_id: UUID) -> HttpResponse:
    """The part of a deal's page about its contracts."""
    deal = brokerage.deals.fetch(actor=request.actor, pk=deal_id)
    contracts = list(queries.contracts(actor=request.actor).filter(deal=deal).order_by("created_at", "id"))
    is_live = any(contract.state not in TechnologyContract.OVER for contract in contracts)
    may_draft = deal.stage in drafting.DRAFTABLE and drafting.may_draft(request.actor, deal)
    context: dict[str, Any] = {"deal": deal, "contracts": contracts, "may_draft": may_draft and not is_live}
    context["is_over"] = deal.stage in brokerage.ENDED
    return render_page(request, "agreements/deal_part.html", fragment="agreements/_deal_part.html", **context)


def _detail(request: PageRequest, contract_id: UUID, refused: Refused | None = None) -> HttpResponse:
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    may_edit = "update" in policy.contracts.allowed(request.actor, row)
    context: dict[str, Any] = {
        "row": row,
        "deal": row.deal,
        "opens_deal": row.deal_id is not None and brokerage.deals.shows(request.actor, row.deal_id),
        "steps": buttons(policy.contracts, request.actor, row, refused=refused),
        "may_edit": may_edit,
        "missing": _missing(row) if may_edit else [],
        "recordal_due": _recordal_due(row),
        "deductions": row.deductions.order_by("id"),
        "seals": row.signatures.order_by("signed_at"),
    }
    return render_page(request, "agreements/detail.html", **context)


def _missing(contract: TechnologyContract) -> list[tuple[str, str]]:
    """What a draft lacks before it can be final, and where on the form's page that is typed."""
    return [(ground.label, anchor(ground.field)) for ground in drafting.missing_content(contract)]


def _recordal_due(contract: TechnologyContract) -> date | None:
    is_recorded = contract.contract_type == ContractType.LICENSE and bool(contract.patents)
    return rules.recordal_due(contract.effective_on) if is_recorded and contract.effective_on else None


def _seal(contract: TechnologyContract, party: str) -> Signature:
    seal = contract.signatures.select_related("scan").filter(party=party).first()
    if seal is None:
        raise NotFound
    return seal


def _form(request: PageRequest, initial: dict[str, Any]) -> ContractForm:
    return ContractForm(request.POST or None, initial=initial, more=request.POST.get("more", ""))


def _asks_for_a_row(request: PageRequest) -> bool:
    """Another row was asked for: the page comes again with what was typed, and nothing is kept yet."""
    return request.POST.get("more") in ROWS


def _refuse(form: ContractForm, problem: Problem) -> None:
    if problem.is_passed_on:
        raise problem
    form.place(problem)
