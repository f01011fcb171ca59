"""`POST /api/v1/achievements/import` and its like for every kind of listing."""

from django.http import HttpResponse
from ninja import File, Router, Status
from ninja.files import UploadedFile

from listings.catalog.api import operation
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Kind
from listings.catalog.problems import NotVerified
from listings.imports import services
from listings.imports.encodings import EncodingUnknown
from market.kernel import clock
from market.kernel.api import ApiRequest, problems
from market.kernel.files import FileRefused
from market.kernel.models import Job
from market.kernel.schemas import JobOut

ANSWERS = {202: JobOut, **problems(NotVerified, FileRefused, EncodingUnknown)}


def import_listings(kind: Kind, request: ApiRequest, response: HttpResponse, file: File[UploadedFile]) -> Status[Job]:
    job = services.start_import(actor=request.actor, kind=kind.code, upload=file, at=clock.now())
    response["Location"] = f"/api/v1/jobs/{job.id}"
    return Status(202, job)


def router_of(kind: Kind) -> Router:
    """The import of a kind's listings."""
    router = Router(tags=[kind.plural])
    view = operation(import_listings, kind, f"import_{kind.plural}")
    router.post("/import", response=ANSWERS, description=kind.api.load)(view)
    return router


ROUTERS = {kind.plural: router_of(kind) for kind in KINDS.values()}
