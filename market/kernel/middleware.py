"""What happens to every request: an id, limits, one answer per idempotency key, metrics."""

import logging
import re
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja.utils import check_csrf

from market.kernel import idempotency, limits, metrics, security_log
from market.kernel.http import actor_of, bad_request, is_machine_path, problem_response, refuse_unreadable
from market.kernel.ids import new_id
from market.kernel.problems import Problem, TooLarge
from market.kernel.uploads import NoFiles

log = structlog.get_logger(__name__)
Respond = Callable[[HttpRequest], HttpResponse]
UNLOGGED_PATHS = ("/livez", "/readyz", "/metrics", settings.STATIC_URL)
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Every line of the log and every audit row of a request carries its id; the client gets it back."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if REQUEST_ID.fullmatch(offered) else new_id().hex
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            if response.status_code >= 400 or not request.path.startswith(UNLOGGED_PATHS):
                self._log(request, response, time.perf_counter() - began)
        response["X-Request-ID"] = request_id
        return response

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """One line for each request: its route, since a path may carry a secret, or the path that no route has."""
        match = request.resolver_match
        said = {"route": match.route} if match is not None else {"path": request.path[:200]}
        user_id = actor_of(request).user_id
        log.log(
            logging.WARNING if response.status_code >= 400 else logging.INFO,
            "request",
            method=metrics.method_label(request.method),
            status=response.status_code,
            milliseconds=round(seconds * 1000),
            peer=request.META.get("REMOTE_ADDR", ""),
            user_id=str(user_id) if user_id else None,
            **said,
        )


class MetricsMiddleware:
    """Counts and times requests by route, never by path."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match is not None else "unmatched"
        method = metrics.method_label(request.method)
        metrics.REQUESTS.labels(method, route, response.status_code).inc()
        metrics.REQUEST_SECONDS.labels(method, route).observe(time.perf_counter() - began)
        return response


class NoStoreMiddleware:
    """What a person sees is kept by no browser and no proxy, unless its view says otherwise."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if actor_of(request).is_signed_in and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


class ExportMiddleware:
    """One line of the security log for each file that leaves the portal: an answer that names one."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and response.status_code == 200 and "Content-Disposition" in response:
            of = [str(value) for name, value in match.kwargs.items() if not name.endswith("token")]
            security_log.note("export", outcome="sent", route=match.route, of=of)
        return response


class GuardMiddleware:
    """Refuses unreadable addresses, too many requests, and answers repeats; stands after the actor is known."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            refuse_unreadable(request.META.get("PATH_INFO", ""))
            for name in request.GET:
                refuse_unreadable([name, *request.GET.getlist(name)])
            if settings.RATE_LIMIT and (kind := limits.kind_of(request)):
                limits.hit(kind, limits.principal_of(request), settings.RATE_LIMITS[kind])
            if not actor_of(request).is_signed_in:
                request.upload_handlers = [NoFiles(request)]
            if request.method == "POST" and not is_machine_path(request.path):
                for name in request.POST:
                    refuse_unreadable([name, *request.POST.getlist(name)])
            if request.method == "POST" and self._is_repeatable(request):
                # Before the stored answer, which would otherwise be told to whoever makes the browser ask.
                if actor_of(request).api_key_id is None and (refusal := check_csrf(request)):
                    return refusal
                return idempotency.answer_once(request, actor_of(request).principal, self.get_response)
        except Problem as problem:
            return problem_response(request, problem)
        except RequestDataTooBig:
            return problem_response(request, TooLarge(limit_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        except BadRequest as error:
            return bad_request(request, error)
        return self.get_response(request)

    @staticmethod
    def _is_repeatable(request: HttpRequest) -> bool:
        if request.path.startswith("/webhooks/") or not actor_of(request).is_signed_in:
            return False
        if is_machine_path(request.path):
            return bool(request.headers.get(idempotency.HEADER))
        return bool(idempotency.key_of(request))
