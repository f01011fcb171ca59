"""The same request twice has one effect and one answer.

A key belongs to its principal and route; the answer is stored in the transaction of the effect. A repeat with
another body is refused, a repeat while the first runs is told to wait. Only successes are kept: after a refusal
the same key may be tried again. A page's form carries its key in a field; pressing its button twice is one request,
while going back and sending it changed is another.
"""

import hashlib
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from market.kernel import clock
from market.kernel.models import IdempotencyKey
from market.kernel.problems import Problem

HEADER = "Idempotency-Key"
FORM_FIELD = "idempotency_key"
MAX_BODY_BYTES = 1_000_000
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "HX-Redirect")


class KeyReused(Problem):
    """The key came before with another body."""

    status = 422
    code = "idempotency_key_reused"
    title = _("该幂等键已用于不同的请求")


class RequestInFlight(Problem):
    """The first request with this key has not ended."""

    status = 409
    code = "request_in_flight"
    title = _("相同的请求正在处理中")


class KeyMissing(Problem):
    """A request that moves money must be repeatable without harm."""

    status = 400
    code = "idempotency_key_missing"
    title = _("请提供 Idempotency-Key")


REPEATABLE: tuple[type[Problem], ...] = (KeyMissing, KeyReused, RequestInFlight)


def require_key(request: HttpRequest) -> None:
    """Raise KeyMissing unless the request carries a key."""
    if not key_of(request):
        raise KeyMissing


def forget(request: HttpRequest) -> None:
    """Keep no answer to this request: it tells a secret that is stored nowhere."""
    request.is_answer_secret = True  # type: ignore[attr-defined]


def key_of(request: HttpRequest) -> str:
    if HEADER in request.headers:
        return request.headers[HEADER][:200]
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return str(request.POST.get(FORM_FIELD, ""))[:200]
    return ""


def answer_once(request: HttpRequest, principal: str, handle: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The stored answer to a repeat, or `handle`'s answer, stored with its effect."""
    route = f"{request.method} {request.path}"[:300]
    body_hash = _body_hash(request)
    key = key_of(request) if request.headers.get(HEADER) else f"{key_of(request)[:64]} {body_hash}"
    with transaction.atomic():
        if not _lock(f"{principal} {route} {key}"):
            raise RequestInFlight
        known = IdempotencyKey.objects.filter(principal=principal, route=route, key=key).first()
        if known is not None:
            if known.body_hash != body_hash:
                raise KeyReused
            return _replay(known)
        response = handle(request)
        if response.status_code >= 400 or response.streaming:
            # Services roll their own savepoints back; what is left to undo is nothing, or a bug's leavings.
            transaction.set_rollback(response.status_code >= 500)
            return response
        if getattr(request, "is_answer_secret", False):
            return response
        IdempotencyKey.objects.create(
            principal=principal,
            route=route,
            key=key,
            body_hash=body_hash,
            status=response.status_code,
            headers={name: response[name] for name in KEPT_HEADERS if name in response},
            body=response.content,
            created_at=clock.now(),
        )
    return response


def _body_hash(request: HttpRequest) -> str:
    digest = hashlib.sha256()
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            digest.update(repr((name, request.POST.getlist(name))).encode())
        for name in sorted(request.FILES):
            for upload in request.FILES.getlist(name):
                digest.update(repr((name, upload.name, upload.size)).encode())
                for chunk in upload.chunks():
                    digest.update(chunk)
                upload.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def _lock(name: str) -> bool:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        row = cursor.fetchone()
    return bool(row and row[0])


def _replay(known: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(bytes(known.body), status=known.status)
    for name, value in known.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response
