"""Reading another market's feed: one address, no redirects, bounded in time and size."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from listings.exchange.problems import FeedAway, FeedRefused
from market.kernel.text import unfit

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONNECT_SECONDS, READ_SECONDS, PAGE_SECONDS = 5.0, 30.0, 60.0
MOST_BYTES = 5_000_000
LIMIT = 100


@dataclass(frozen=True, slots=True)
class FeedPage:
    items: Sequence[dict[str, Any]]
    next: str | None
    size_bytes: int = 0


def fetch_page(url: str, *, cursor: str, seconds: float = PAGE_SECONDS) -> FeedPage:
    """The page after the cursor. Raises FeedAway where it may work later, FeedRefused where it will not."""
    import urllib3

    fields = {"limit": str(LIMIT)} | ({"cursor": cursor} if cursor else {})
    with urllib3.PoolManager(retries=False) as pool:
        try:
            answer = pool.request(
                "GET",
                url,
                fields=fields,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                redirect=False,
                preload_content=False,
            )
            body = _body(answer, seconds)
        except urllib3.exceptions.HTTPError as error:
            raise FeedAway(str(error)[:200]) from error
        finally:
            pool.clear()
    if answer.status >= 500 or answer.status == 429:
        raise FeedAway(f"HTTP {answer.status}")
    if answer.status != 200:
        raise FeedRefused(f"HTTP {answer.status}", reason="status")
    if len(body) > MOST_BYTES:
        raise FeedRefused(reason="too_large")
    return _page(body)


def _body(answer: "BaseHTTPResponse", seconds: float) -> bytes:
    """What came, one byte more than allowed at most; a drip that outlasts its time is as good as no answer."""
    ends_at, body = time.monotonic() + seconds, bytearray()
    while len(body) <= MOST_BYTES:
        if time.monotonic() > ends_at:
            raise FeedAway(f"more than {seconds:.0f} s for a page")
        if not (piece := answer.read1(65_536, decode_content=True)):
            break
        body += piece
    return bytes(body[: MOST_BYTES + 1])


def _page(body: bytes) -> FeedPage:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FeedRefused(reason="json_invalid") from error
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or len(items) > LIMIT or not all(isinstance(item, dict) for item in items):
        raise FeedRefused(reason="items_invalid")
    following = found.get("next")
    if following is not None and (not isinstance(following, str) or len(following) > 1000):
        raise FeedRefused(reason="next_invalid")
    if following is not None and unfit(following):
        raise FeedRefused(reason="next_invalid")
    return FeedPage(items, following, len(body))
