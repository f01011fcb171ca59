"""`POST /api/v1/achievements/import` and its neighbour for demands."""

from django.http import HttpResponse
from ninja import File, Router, Status
from ninja.files import UploadedFile

from listings.catalog.problems import NotVerified
from listings.imports import services
from listings.imports.encodings import EncodingUnknown
from market.kernel import clock
from market.kernel.api import ApiRequest, problems
from market.kernel.files import FileRefused
from market.kernel.models import Job
from market.kernel.schemas import JobOut

achievements = Router(tags=["achievements"])
demands = Router(tags=["demands"])
ANSWERS = {202: JobOut, **problems(NotVerified, FileRefused, EncodingUnknown)}


@achievements.post("/import", response=ANSWERS)
def import_achievements(request: ApiRequest, response: HttpResponse, file: File[UploadedFile]) -> Status[Job]:
    """Publish a file of achievements, one JSON object a line, at most 20 MB; the job says how it goes."""
    return _start(request, response, "achievement", file)


@demands.post("/import", response=ANSWERS)
def import_demands(request: ApiRequest, response: HttpResponse, file: File[UploadedFile]) -> Status[Job]:
    """Publish a file of demands, as for achievements."""
    return _start(request, response, "demand", file)


def _start(request: ApiRequest, response: HttpResponse, kind: str, file: UploadedFile) -> Status[Job]:
    job = services.start_import(actor=request.actor, kind=kind, upload=file, at=clock.now())
    response["Location"] = f"/api/v1/jobs/{job.id}"
    return Status(202, job)
