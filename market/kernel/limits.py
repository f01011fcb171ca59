"""Rate limits in Valkey, by principal: a key, a person, or the address of an anonymous request."""

import time
from functools import cache
from ipaddress import ip_address, ip_network

import redis  # noqa: F401 - `limits` imports it at the first requests, where a second thread finds it half made
import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import parse
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from market.kernel.http import actor_of
from market.kernel.problems import TooManyRequests

log = structlog.get_logger(__name__)


@cache
def _limiter() -> MovingWindowRateLimiter:
    storage = RedisStorage(settings.REDIS_URL, wrap_exceptions=True, key_prefix=settings.NAMESPACE)
    return MovingWindowRateLimiter(storage)


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Probes tell the operator how it goes, and signed notices carry a proof of their sender: neither waits for strangers.
UNLIMITED_PATHS = ("/livez", "/readyz", "/webhooks/", settings.STATIC_URL)
SIGN_IN_PATHS = ("/accounts/login/",)


def kind_of(request: HttpRequest) -> str | None:
    """The name in RATE_LIMITS that a request counts for; None where nothing is counted."""
    if request.path.startswith(UNLIMITED_PATHS):
        return None
    kind = "read" if request.method in SAFE_METHODS else "write"
    if actor_of(request).is_signed_in:
        return kind
    return "sign_in" if kind == "write" and request.path.startswith(SIGN_IN_PATHS) else f"anonymous_{kind}"


def principal_of(request: HttpRequest) -> str:
    """Whose count it is; ProxyMiddleware has found the address."""
    actor = actor_of(request)
    return actor.bucket if actor.is_signed_in else f"peer:{_peer(request.META.get('REMOTE_ADDR', ''))}"


def _peer(address: str) -> str:
    """An IPv6 address stands for its /64, of which one household has every address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


def hit(name: str, who: str, rate: str) -> None:
    """Count one try; raises TooManyRequests past `rate` ("60/minute"). Without Valkey nothing is limited."""
    limit = parse(rate)
    try:
        if _limiter().hit(limit, name, who):
            return
        window = _limiter().get_window_stats(limit, name, who)
    except StorageError as error:
        log.warning("rate_limit_unavailable", error=str(error)[:200])
        return
    raise TooManyRequests(retry_after_seconds=max(1, int(window.reset_time - time.time()) + 1))
