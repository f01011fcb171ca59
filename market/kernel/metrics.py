"""Prometheus metrics of the process; the backlogs of the outbox and of the audit chain are read when asked."""

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from market.kernel import deadletters
from market.kernel.chain import sequencer
from market.kernel.http import problem_response
from market.kernel.problems import NotFound
from market.kernel.proxies import is_forwarded

REQUESTS = Counter("market_requests_total", "HTTP requests", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("market_request_seconds", "Duration of HTTP requests", ["method", "route"])
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "CONNECT"})


def method_label(method: str | None) -> str:
    """An invented method makes no series of its own."""
    return method if method in METHODS else "other"


class _Backlog(Collector):
    def collect(self) -> Iterator[Metric]:
        open_, dead, age = (
            GaugeMetricFamily(f"market_outbox_{name}", text, labels=["consumer"])
            for name, text in (
                ("open", "Deliveries waiting"),
                ("dead", "Deliveries given up"),
                ("age_seconds", "Age of the oldest waiting delivery"),
            )
        )
        for consumer, counts in deadletters.backlog().items():
            open_.add_metric([consumer], counts["open"])
            dead.add_metric([consumer], counts["dead"])
            age.add_metric([consumer], counts["age_seconds"])
        yield from (open_, dead, age)


class _Chain(Collector):
    def collect(self) -> Iterator[Metric]:
        found = sequencer.backlog()
        yield GaugeMetricFamily("market_chain_links", "Rows in the audit chain", found.links)
        yield GaugeMetricFamily("market_chain_unsealed", "Rows waiting for their link", found.waiting)
        yield GaugeMetricFamily("market_chain_lag_seconds", "Age of the oldest row that waits", found.lag_seconds)
        yield GaugeMetricFamily("market_chain_signed", "Rows under a signed head", found.signed)


def exposition(request: HttpRequest) -> HttpResponse:
    """`/metrics`, for who has the token, or, where none is set, for this machine itself."""
    if not _may_read(request):
        return problem_response(request, NotFound())
    registry = CollectorRegistry()
    registry.register(_Backlog())
    registry.register(_Chain())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
        body = generate_latest(registry)
    else:
        body = generate_latest() + generate_latest(registry)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        said = request.headers.get("Authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not is_forwarded(request)
