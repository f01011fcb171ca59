"""`/api/v1/jobs`."""

from uuid import UUID

from ninja import Router

from market.kernel import clock, jobs
from market.kernel.api import ApiRequest, Cursor, Limit, problems
from market.kernel.models import Job
from market.kernel.paging import CursorPage, InvalidCursor, cursor_page
from market.kernel.problems import WrongState
from market.kernel.schemas import JobOut, JobPage

router = Router(tags=["jobs"])


@router.get("", response={200: JobPage, **problems(InvalidCursor)})
def list_jobs(request: ApiRequest, cursor: Cursor = "", limit: Limit = 20) -> CursorPage[Job]:
    """The organisation's jobs, newest first."""
    rows = jobs.policy.visible_to(request.actor)
    return cursor_page(rows, name="jobs", order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.get("/{uuid:job_id}", response={200: JobOut, **problems()})
def get_job(request: ApiRequest, job_id: UUID) -> Job:
    """A job's progress and result."""
    return jobs.policy.fetch(actor=request.actor, pk=job_id)


@router.post("/{uuid:job_id}/cancel", response={200: JobOut, **problems(WrongState)})
def cancel_job(request: ApiRequest, job_id: UUID) -> Job:
    """Ask a job to stop at its next step."""
    return jobs.cancel_job(actor=request.actor, job_id=job_id, at=clock.now())
