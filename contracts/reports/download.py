"""A published report's file over HTTP: public, with its hash as the ETag."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response

from contracts.reports.models import ReportFile
from market.kernel import files


def download(request: HttpRequest, kept: ReportFile) -> HttpResponseBase:
    """The file as a download that no browser runs; 304 for whoever has these bytes already."""
    etag = f'"{kept.sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    answer: HttpResponseBase = files.response(kept.file) if unchanged is None else unchanged
    answer["ETag"] = etag
    # Published for everyone and never changed; the address asks again, so that a reader learns of a mistake at once.
    answer["Cache-Control"] = "public, no-cache"
    return answer
