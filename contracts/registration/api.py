"""`/api/v1/registrations`."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from ninja import Router, Status

from contracts.registration import lifecycle, policy, problems, queries, serializers, services
from contracts.registration.history import history_of
from contracts.registration.models import Registration
from contracts.registration.schemas import (
    ApplyIn,
    CorrectionOut,
    RegistrationChangeOut,
    RegistrationOut,
    RegistrationPage,
    RegistrationPapersOut,
)
from market.kernel import clock, files
from market.kernel.api import ApiRequest, Cursor, Limit, file_answer, tag
from market.kernel.api import problems as answers
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.verb_endpoints import add_verbs

router = Router(tags=["registrations"])


@router.get("", response={200: RegistrationPage, **answers(InvalidCursor)})
def list_registrations(
    request: ApiRequest, state: Registration.State | None = None, cursor: Cursor = "", limit: Limit = 20
) -> dict[str, Any]:
    """Applications the reader may see, newest first."""
    rows = queries.registrations(actor=request.actor, state=state or "")
    page = cursor_page(rows, name="registrations", order=("-created_at", "-id"), cursor=cursor, limit=limit)
    return {"items": [serializers.registration(row, request.actor) for row in page.items], "next": page.next}


@router.post("", response={201: RegistrationOut, **answers(problems.AlreadyApplied, problems.RegistrationRevoked)})
def apply(request: ApiRequest, response: HttpResponse, payload: ApplyIn) -> Status[dict[str, Any]]:
    """Open an application for a contract; nothing is handed in yet."""
    row = services.apply_for_registration(
        actor=request.actor, contract_id=payload.contract_id, office_id=payload.office_id, at=clock.now()
    )
    response["Location"] = f"/api/v1/registrations/{row.id}"
    return Status(201, _answer(request, response, row.id))


@router.get("/{uuid:registration_id}", response={200: RegistrationOut, **answers()})
def get_registration(request: ApiRequest, response: HttpResponse, registration_id: UUID) -> dict[str, Any]:
    """One application."""
    return _answer(request, response, registration_id)


@router.get("/{uuid:registration_id}/papers", response={200: RegistrationPapersOut, **answers()})
def get_papers(request: ApiRequest, registration_id: UUID) -> dict[str, Any]:
    """What the applicant added, and what the registry found, round by round."""
    row = policy.registrations.fetch(actor=request.actor, pk=registration_id)
    attachments, rounds = (found(row, actor=request.actor) for found in (queries.attachments_of, queries.rounds_of))
    return {
        "attachments": list(attachments),
        "rounds": list(rounds),
        "history": history_of(row, actor=request.actor),
    }


@router.get("/attachments/{uuid:attachment_id}", response={200: file_answer(*sorted(files.SCANS)), **answers()})
def get_attachment(request: ApiRequest, attachment_id: UUID) -> FileResponse:
    """A paper of the applicant."""
    row = policy.attachments.fetch(actor=request.actor, pk=attachment_id, related=("document",))
    return files.response(row.document)


@router.get("/corrections/{uuid:correction_id}", response={200: CorrectionOut, **answers()})
def get_correction(request: ApiRequest, response: HttpResponse, correction_id: UUID) -> dict[str, Any]:
    """One correction."""
    return _corrected(request, response, correction_id)


@router.get("/changes/{uuid:change_id}", response={200: RegistrationChangeOut, **answers()})
def get_change(request: ApiRequest, response: HttpResponse, change_id: UUID) -> dict[str, Any]:
    """An amendment, cancellation or revocation, done or waiting for its second person."""
    return _changed(request, response, change_id)


@router.get("/changes/{uuid:change_id}/document", response={200: file_answer(*sorted(files.SCANS)), **answers()})
def get_change_document(request: ApiRequest, change_id: UUID) -> FileResponse:
    """The paper that the change rests on."""
    row = policy.changes.fetch(actor=request.actor, pk=change_id, related=("document",))
    return files.response(row.document)


def _changed(request: ApiRequest, response: HttpResponse, change_id: UUID) -> dict[str, Any]:
    row = policy.changes.fetch(actor=request.actor, pk=change_id, related=("document", "registration"))
    tag(response, row)
    return serializers.change(row, request.actor)


def _corrected(request: ApiRequest, response: HttpResponse, correction_id: UUID) -> dict[str, Any]:
    row = policy.corrections.fetch(actor=request.actor, pk=correction_id, related=("registration",))
    tag(response, row)
    return serializers.correction(row, request.actor)


def _answer(request: ApiRequest, response: HttpResponse, registration_id: UUID) -> dict[str, Any]:
    row = queries.registration(actor=request.actor, registration_id=registration_id)
    tag(response, row)
    return serializers.registration(row, request.actor)


add_verbs(router, lifecycle.REGISTRATIONS, out=RegistrationOut, answer=_answer)
add_verbs(router, lifecycle.CORRECTIONS, out=CorrectionOut, answer=_corrected, under="/corrections")
add_verbs(router, lifecycle.CHANGES, out=RegistrationChangeOut, answer=_changed, under="/changes")
