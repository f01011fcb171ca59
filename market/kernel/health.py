"""`/livez`: the process answers. `/readyz`: each part by name with its state; rooms add theirs."""

from collections.abc import Callable

import orjson
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse

from market.kernel import heartbeat

Probe = Callable[[], str]

_probes: dict[str, tuple[Probe, bool]] = {}


def register(name: str, probe: Probe, *, is_required: bool) -> None:
    """Add a part to `/readyz`; the probe returns "ok", or words for what is wrong, or raises.

    A part that is not required leaves the portal ready in a plainer form.
    """
    _probes[name] = (probe, is_required)


def postgresql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def valkey() -> str:
    cache.set("readyz", 1, 5)
    return "ok" if cache.get("readyz") == 1 else "does not keep values"


def worker() -> str:
    return "ok" if heartbeat.is_alive("worker") else "no sign of life"


def relay() -> str:
    return "ok" if heartbeat.is_alive("relay") else "no sign of life"


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """200 when every required part is well; the body names all parts in either case."""
    parts: dict[str, str] = {}
    is_ready = True
    for name, (function, is_required) in _probes.items():
        try:
            parts[name] = function()
        except Exception as error:  # a probe reports whatever is wrong with its part
            parts[name] = type(error).__name__
        if is_required and parts[name] != "ok":
            is_ready = False
    body = orjson.dumps({"status": "ready" if is_ready else "not ready", "parts": parts})
    return HttpResponse(body, status=200 if is_ready else 503, content_type="application/json")
