"""`/api/v1/contracts`."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from ninja import Router, Status

from contracts.agreements import lifecycle, policy, problems, queries, services
from contracts.agreements import schemas as wire
from contracts.agreements.data import ContractData
from contracts.agreements.models import TechnologyContract
from market.kernel import clock, files
from market.kernel.actor import Actor
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, file_answer, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import ConfirmationNeeded, NotFound, SeveralProblems
from market.kernel.verb_endpoints import add_verbs

router = Router(tags=["contracts"])

TEXTS = (
    "subtype",
    "license_mode",
    "is_license_mode_defaulted",
    "payment_method",
    "royalty_terms",
    "signed_at_place",
    "valid_from",
    "valid_until",
    "effective_on",
    "technology_field",
    "ip_type",
    "plan_source",
    "socio_economic_objective",
    "industry",
    "is_related_party",
    "subject_matter",
    "performance_plan",
    "confidentiality",
    "risk_allocation",
    "ip_ownership",
    "acceptance",
    "liability",
    "disputes",
    "definitions",
    "patents",
)


@router.get("", response={200: wire.ContractPage, **answers(InvalidCursor)})
def list_contracts(
    request: ApiRequest, state: TechnologyContract.State | None = None, cursor: Cursor = "", limit: Limit = 20
) -> dict[str, Any]:
    """Contracts the reader may see, newest first."""
    rows = queries.contracts(actor=request.actor, state=state or "")
    page = cursor_page(rows, name="contracts", order=("-created_at", "-id"), cursor=cursor, limit=limit)
    return {"items": [row_shown(row, request.actor) for row in page.items], "next": page.next}


@router.post(
    "",
    response={
        201: wire.ContractOut,
        **answers(
            problems.DealNotReady,
            problems.ContractExists,
            problems.ContractInvalid,
            ConfirmationNeeded,
            SeveralProblems,
        ),
    },
)
def draft(request: ApiRequest, response: HttpResponse, payload: wire.ContractDraftIn) -> Status[dict[str, Any]]:
    """Draft the contract of a deal."""
    row = services.draft_contract(
        actor=request.actor,
        deal_id=payload.deal_id,
        data=_data(payload),
        confirmed=payload.confirmed,
        at=clock.now(),
    )
    response["Location"] = f"/api/v1/contracts/{row.id}"
    return Status(201, _answer(request, response, row.id))


@router.get("/{uuid:contract_id}", response={200: wire.ContractOut, **answers()})
def get_contract(request: ApiRequest, response: HttpResponse, contract_id: UUID) -> dict[str, Any]:
    """One contract."""
    return _answer(request, response, contract_id)


@router.put(
    "/{uuid:contract_id}",
    response={
        200: wire.ContractOut,
        **answers(*CHANGING, problems.ContractInvalid, ConfirmationNeeded, SeveralProblems),
    },
)
def update(request: ApiRequest, response: HttpResponse, contract_id: UUID, payload: wire.ContractIn) -> dict[str, Any]:
    """Write a draft anew."""
    services.update_contract(
        actor=request.actor,
        contract_id=contract_id,
        version=if_match(request),
        data=_data(payload),
        confirmed=payload.confirmed,
        at=clock.now(),
    )
    return _answer(request, response, contract_id)


@router.get(
    "/{uuid:contract_id}/document",
    response={200: file_answer("application/pdf"), **answers()},
    url_name="contract_document",
)
def get_document(request: ApiRequest, contract_id: UUID) -> FileResponse:
    """The drawn text as PDF."""
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    if row.document is None:
        raise NotFound
    return files.response(row.document)


def _data(payload: wire.ContractIn) -> ContractData:
    return ContractData.model_validate(payload.model_dump(include=set(ContractData.model_fields)))


def _answer(request: ApiRequest, response: HttpResponse, contract_id: UUID) -> dict[str, Any]:
    row = queries.contract(actor=request.actor, contract_id=contract_id)
    tag(response, row)
    return serialize_contract(row, request.actor)


def row_shown(row: TechnologyContract, actor: Actor) -> dict[str, Any]:
    return {
        "id": row.id,
        "no": row.no,
        "title": row.title,
        "contract_type": row.contract_type,
        "seller": {"id": row.seller_id, "name": row.seller.name},
        "buyer": {"id": row.buyer_id, "name": row.buyer.name},
        "deal_id": row.deal_id,
        "contract_amount": str(row.contract_amount),
        "technology_amount": str(row.technology_amount),
        "currency": row.currency,
        "state": row.state,
        "signed_on": row.signed_on,
        "version": row.version,
        "allowed": policy.contracts.allowed(actor, row),
    }


def serialize_contract(row: TechnologyContract, actor: Actor) -> dict[str, Any]:
    """The contract as the wire has it."""
    effects = {name: getattr(row, name) for name in ("expected_new_investment", "expected_new_output")}
    return (
        row_shown(row, actor)
        | {name: getattr(row, name) for name in TEXTS}
        | {name: None if value is None else str(value) for name, value in effects.items()}
        | {
            "deductions": [
                {
                    "kind": item.kind,
                    "description": item.description,
                    "amount": str(item.amount),
                    "carrier_amount": str(item.carrier_amount),
                }
                for item in row.deductions.order_by("id")
            ],
            "instalments": [
                {
                    "id": item.id,
                    "position": item.position,
                    "amount": str(item.amount),
                    "due_on": item.due_on,
                    "condition": item.condition,
                }
                for item in row.instalments.order_by("position")
            ],
            "seals": [
                {
                    "party": seal.party,
                    "signed_on": seal.signed_on,
                    "pages": seal.pages,
                    "pages_note": seal.pages_note,
                    "scan_sha256": seal.scan_sha256,
                    "document_sha256": seal.document_sha256,
                    "signed_at": seal.signed_at,
                }
                for seal in row.signatures.all()
            ],
            "document_sha256": row.document.sha256 if row.document else None,
        }
    )


add_verbs(router, lifecycle.CONTRACTS, out=wire.ContractOut, answer=_answer)
