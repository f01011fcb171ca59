"""Rate limits in Valkey, by principal: a key, a person, or the real peer of an anonymous request."""

import time
from functools import cache

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


def principal_of(request: HttpRequest) -> str:
    actor = actor_of(request)
    # Only the socket's peer counts: a forwarded address is the sender's word.
    return actor.principal if actor.is_signed_in else f"peer:{request.META.get('REMOTE_ADDR', '')}"


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
