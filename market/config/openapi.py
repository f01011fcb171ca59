"""The API document as it is served: made once in each process, since making it takes seconds."""

import hashlib
import json
from functools import cache
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import override
from django.views.decorators.http import require_safe

from market.config.api import api

MAX_AGE_SECONDS = 300
_making = Lock()


def openapi_text() -> str:
    """The document as it is committed, in the source language."""
    with override(settings.LANGUAGE_CODE):
        schema = api.get_openapi_schema(path_prefix="/api/v1/")
        return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """`/api/v1/openapi.json`, with the tag by which a client asks whether its copy still holds."""
    with _making:
        body, tag = _document()
    answer = HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    return get_conditional_response(request, etag=tag, response=answer) or answer


@cache
def _document() -> tuple[bytes, str]:
    body = openapi_text().encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
