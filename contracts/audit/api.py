"""`/api/v1/audit`: the signed heads, for everybody to keep, and evidence; an entry's proof lies beside the entry."""

from typing import Annotated, Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from contracts.audit import queries, services
from contracts.audit.schemas import ConsistencyOut, HeadPage, ProofOut
from market.kernel import clock, files
from market.kernel.api import ApiRequest, Cursor, Limit, file_answer, problems
from market.kernel.chain import heads, proofs
from market.kernel.models import ChainHead, Job
from market.kernel.paging import CursorPage, InvalidCursor, cursor_page
from market.kernel.problems import InvalidInput
from market.kernel.schemas import JobOut

router = Router(tags=["audit"])
entry_router = Router(tags=["turnover"])

Seq = Annotated[int, Field(ge=1, le=2**62, description="`seq` of a signed head")]
EntryId = Annotated[int, Field(ge=1, le=2**62)]


@router.get("/heads", response={200: HeadPage, **problems(InvalidCursor)})
def list_heads(request: ApiRequest, cursor: Cursor = "", limit: Limit = 20) -> CursorPage[ChainHead]:
    """Signed heads, newest first. Public: keep them, and the market cannot change its past unnoticed."""
    return cursor_page(heads.heads(), name="heads", order=("-seq",), cursor=cursor, limit=limit)


@router.get("/consistency/{int:first}/{int:second}", response={200: ConsistencyOut, **problems()})
def get_consistency(request: ApiRequest, first: Seq, second: Seq) -> dict[str, Any]:
    """The proof that one head's chain goes on in another's. Public."""
    if first > second:
        raise InvalidInput(
            errors=[{"loc": ["path", "first"], "code": "order", "message": _("起始序号不得大于终止序号")}]
        )
    old, new = queries.head_at(first), queries.head_at(second)
    return {"first": old, "second": new, "proof": proofs.consistency(old, new)}


@router.post("/evidence", response={202: JobOut, **problems()})
def make_evidence(request: ApiRequest, response: HttpResponse) -> Status[Job]:
    """Make a bundle of evidence, for auditors; the job says when it is there."""
    job = services.start_evidence(actor=request.actor, at=clock.now())
    response["Location"] = f"/api/v1/jobs/{job.id}"
    return Status(202, job)


@router.get("/evidence/{uuid:evidence_id}", response={200: file_answer(services.MEDIA_TYPE), **problems()})
def get_evidence(request: ApiRequest, evidence_id: UUID) -> FileResponse:
    """The bundle that the job of this id made: lines of JSON, for `verify_turnover.py`."""
    return files.response(queries.evidence_file(actor=request.actor, evidence_id=evidence_id))


@entry_router.get("/entries/{int:entry_id}/proof", response={200: ProofOut, **problems(proofs.NotSealedYet)})
def get_proof(request: ApiRequest, entry_id: EntryId) -> dict[str, Any]:
    """That a line of the ledger is under the newest signed head; shows nothing of any other line."""
    return queries.entry_proof(actor=request.actor, entry_id=entry_id)
