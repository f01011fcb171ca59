"""A published report's file over HTTP: public, with its hash as the ETag."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response

from contracts.reports.models import ReportFile
from market.kernel import files
from market.kernel.problems import Stale


def download(request: HttpRequest, kept: ReportFile) -> HttpResponseBase:
    """The file as a download that no browser runs; 304 for whoever has these bytes already.

    Raises Stale where the reader asks for other bytes by If-Match.
    """
    etag = f'"{kept.sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None and unchanged.status_code == Stale.status:
        raise Stale
    answer: HttpResponseBase = files.response(kept.file) if unchanged is None else unchanged
    answer["ETag"] = etag
    # Published for everyone and never changed; the address asks again, so that a reader learns of a mistake at once.
    answer["Cache-Control"] = "public, no-cache"
    return answer
