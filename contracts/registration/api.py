"""`/api/v1/registrations`."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from contracts.registration import policy, problems, queries, rules, serializers, services
from contracts.registration.facts import CORRECTABLE
from contracts.registration.history import history_of
from contracts.registration.models import Correction, Registration
from contracts.registration.schemas import (
    AmendIn,
    ApplyIn,
    AttachIn,
    CorrectIn,
    CorrectionOut,
    EndIn,
    GroundsIn,
    RegisterIn,
    RegistrationChangeOut,
    RegistrationOut,
    RegistrationPage,
    RegistrationPapersOut,
)
from market.kernel import clock, files
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, file_answer, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.files import FileRefused
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import ConfirmationNeeded, SecondPersonNeeded, SeveralProblems

CHANGES = (problems.DateInvalid, problems.ChangeOpen, problems.CorrectionOpen, FileRefused)
Paper = File[UploadedFile]
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
    return Status(201, _answer(request, response, row))


@router.get("/{uuid:registration_id}", response={200: RegistrationOut, **answers()})
def get_registration(request: ApiRequest, response: HttpResponse, registration_id: UUID) -> dict[str, Any]:
    """One application."""
    row = policy.registrations.fetch(
        actor=request.actor, pk=registration_id, related=("contract", "applicant", "office")
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/submit",
    response={200: RegistrationOut, **answers(*CHANGING, problems.RegistrationGrounds)},
)
def submit(request: ApiRequest, response: HttpResponse, registration_id: UUID) -> dict[str, Any]:
    """Hand the application to the registry."""
    row = services.submit_registration(
        actor=request.actor, registration_id=registration_id, version=if_match(request), at=clock.now()
    )
    return _answer(request, response, row)


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


@router.post("/{uuid:registration_id}/attach", response={200: RegistrationOut, **answers(*CHANGING, FileRefused)})
def attach(
    request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: Form[AttachIn], document: Paper
) -> dict[str, Any]:
    """Add a paper before handing in, or in answer to what is to be corrected; none replaces another."""
    row = services.attach_document(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        kind=payload.kind,
        document=document,
        at=clock.now(),
    )
    return _answer(request, response, row)


@router.get("/attachments/{uuid:attachment_id}", response={200: file_answer(*sorted(files.SCANS)), **answers()})
def get_attachment(request: ApiRequest, attachment_id: UUID) -> FileResponse:
    """A paper of the applicant."""
    row = policy.attachments.fetch(actor=request.actor, pk=attachment_id, related=("document",))
    return files.response(row.document)


@router.post("/{uuid:registration_id}/accept", response={200: RegistrationOut, **answers(*CHANGING)})
def accept(request: ApiRequest, response: HttpResponse, registration_id: UUID) -> dict[str, Any]:
    """Accept the application and start the registry's clock."""
    row = services.accept_registration(
        actor=request.actor, registration_id=registration_id, version=if_match(request), at=clock.now()
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/request-correction",
    response={200: RegistrationOut, **answers(*CHANGING, problems.GroundsUnknown)},
)
def request_correction(
    request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: GroundsIn
) -> dict[str, Any]:
    """Send the application back for corrections."""
    row = services.request_correction(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        **payload.model_dump(),
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/refuse", response={200: RegistrationOut, **answers(*CHANGING, problems.GroundsUnknown)}
)
def refuse(request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: GroundsIn) -> dict[str, Any]:
    """Refuse to register the contract."""
    row = services.refuse_registration(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        **payload.model_dump(),
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/register",
    response={
        200: RegistrationOut,
        **answers(
            *CHANGING,
            problems.NumberInvalid,
            problems.NumberTaken,
            problems.AmountsInvalid,
            problems.AmountAboveContract,
            problems.DifferenceUnexplained,
            ConfirmationNeeded,
            problems.DateInvalid,
            problems.RegistrationGrounds,
            SeveralProblems,
        ),
    },
)
def register(request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: RegisterIn) -> dict[str, Any]:
    """Register the contract under the number that the national system gave; a high value goes to a second person."""
    row = services.register_contract(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        differences=[rules.Difference(item.amount, item.reason) for item in payload.differences],
        **payload.model_dump(exclude={"differences"}),
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/approve",
    response={200: RegistrationOut, **answers(*CHANGING, SecondPersonNeeded, problems.RegistrationGrounds)},
)
def approve(request: ApiRequest, response: HttpResponse, registration_id: UUID) -> dict[str, Any]:
    """Register a contract of high value as the second person."""
    row = services.approve_registration(
        actor=request.actor, registration_id=registration_id, version=if_match(request), at=clock.now()
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/send-back",
    response={200: RegistrationOut, **answers(*CHANGING, SecondPersonNeeded, problems.GroundsUnknown)},
)
def send_back(request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: GroundsIn) -> dict[str, Any]:
    """Give the application back to the registrar as the second person."""
    row = services.send_back_registration(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        **payload.model_dump(),
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/amend",
    response={
        200: RegistrationOut,
        **answers(
            *CHANGING, *CHANGES, problems.AmountsInvalid, problems.NothingToAmend, ConfirmationNeeded, SeveralProblems
        ),
    },
)
def amend(
    request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: Form[AmendIn], document: Paper
) -> dict[str, Any]:
    """Change both amounts to new totals; the figure moves by the difference on the given date.

    Sent as a form with the supplementary agreement. A high value, before or after, waits for a second person: the
    registration is then as before, and `change_id` names what waits.
    """
    row = services.amend_registration(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        document=document,
        **payload.model_dump(),
    )
    return _answer(request, response, row)


@router.post("/{uuid:registration_id}/cancel", response={200: RegistrationOut, **answers(*CHANGING, *CHANGES)})
def cancel(
    request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: Form[EndIn], document: Paper
) -> dict[str, Any]:
    """Cancel the registration of a dissolved contract; a high value waits for a second person."""
    row = services.cancel_registration(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        document=document,
        **payload.model_dump(),
    )
    return _answer(request, response, row)


@router.post("/{uuid:registration_id}/revoke", response={200: RegistrationOut, **answers(*CHANGING, *CHANGES)})
def revoke(
    request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: Form[EndIn], document: Paper
) -> dict[str, Any]:
    """Revoke a registration: fraud, nullity, duplicate; a high value waits for a second person."""
    row = services.revoke_registration(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        at=clock.now(),
        document=document,
        **payload.model_dump(),
    )
    return _answer(request, response, row)


@router.post(
    "/{uuid:registration_id}/correct",
    response={
        200: RegistrationOut,
        **answers(
            *CHANGING,
            problems.AmountsInvalid,
            problems.NothingToCorrect,
            problems.ChangeOpen,
            problems.CorrectionOpen,
            ConfirmationNeeded,
            problems.NumberInvalid,
            problems.NumberTaken,
            problems.DateInvalid,
            SeveralProblems,
        ),
    },
)
def correct(request: ApiRequest, response: HttpResponse, registration_id: UUID, payload: CorrectIn) -> dict[str, Any]:
    """Propose what the registration should have said from the start; a second person puts it right."""
    facts = payload.model_dump(include=set(CORRECTABLE), exclude_none=True)
    row = services.correct_registration(
        actor=request.actor,
        registration_id=registration_id,
        version=if_match(request),
        facts=facts,
        contract_amount=payload.contract_amount,
        technology_amount=payload.technology_amount,
        registration_no=payload.registration_no,
        registered_on=payload.registered_on,
        confirmed=payload.confirmed,
        reason=payload.reason,
        at=clock.now(),
    )
    return _answer(request, response, row)


@router.get("/corrections/{uuid:correction_id}", response={200: CorrectionOut, **answers()})
def get_correction(request: ApiRequest, response: HttpResponse, correction_id: UUID) -> dict[str, Any]:
    """One correction."""
    return _corrected(request, response, policy.corrections.fetch(actor=request.actor, pk=correction_id))


@router.post(
    "/corrections/{uuid:correction_id}/approve",
    response={200: CorrectionOut, **answers(*CHANGING, SecondPersonNeeded)},
)
def approve_correction(request: ApiRequest, response: HttpResponse, correction_id: UUID) -> dict[str, Any]:
    """Put the registration right as the second person."""
    row = services.approve_correction(
        actor=request.actor, correction_id=correction_id, version=if_match(request), at=clock.now()
    )
    return _corrected(request, response, row)


@router.post("/corrections/{uuid:correction_id}/decline", response={200: CorrectionOut, **answers(*CHANGING)})
def decline_correction(request: ApiRequest, response: HttpResponse, correction_id: UUID) -> dict[str, Any]:
    """Leave the registration as it is."""
    row = services.decline_correction(
        actor=request.actor, correction_id=correction_id, version=if_match(request), at=clock.now()
    )
    return _corrected(request, response, row)


@router.get("/changes/{uuid:change_id}", response={200: RegistrationChangeOut, **answers()})
def get_change(request: ApiRequest, response: HttpResponse, change_id: UUID) -> dict[str, Any]:
    """An amendment, cancellation or revocation, done or waiting for its second person."""
    return _changed(request, response, change_id)


@router.get("/changes/{uuid:change_id}/document", response={200: file_answer(*sorted(files.SCANS)), **answers()})
def get_change_document(request: ApiRequest, change_id: UUID) -> FileResponse:
    """The paper that the change rests on."""
    row = policy.changes.fetch(actor=request.actor, pk=change_id, related=("document",))
    return files.response(row.document)


@router.post(
    "/changes/{uuid:change_id}/approve",
    response={200: RegistrationChangeOut, **answers(*CHANGING, SecondPersonNeeded, problems.DateInvalid)},
)
def approve_change(request: ApiRequest, response: HttpResponse, change_id: UUID) -> dict[str, Any]:
    """Carry a change of high value out as the second person."""
    services.approve_change(actor=request.actor, change_id=change_id, version=if_match(request), at=clock.now())
    return _changed(request, response, change_id)


@router.post("/changes/{uuid:change_id}/decline", response={200: RegistrationChangeOut, **answers(*CHANGING)})
def decline_change(request: ApiRequest, response: HttpResponse, change_id: UUID) -> dict[str, Any]:
    """Leave the registration as it is."""
    services.decline_change(actor=request.actor, change_id=change_id, version=if_match(request), at=clock.now())
    return _changed(request, response, change_id)


def _changed(request: ApiRequest, response: HttpResponse, change_id: UUID) -> dict[str, Any]:
    row = policy.changes.fetch(actor=request.actor, pk=change_id, related=("document", "registration"))
    tag(response, row)
    return serializers.change(row, request.actor)


def _corrected(request: ApiRequest, response: HttpResponse, row: Correction) -> dict[str, Any]:
    tag(response, row)
    return serializers.correction(row, request.actor)


def _answer(request: ApiRequest, response: HttpResponse, row: Registration) -> dict[str, Any]:
    tag(response, row)
    return serializers.registration(row, request.actor)
