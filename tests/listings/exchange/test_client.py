"""What another market's server may answer: taken, refused for good, or tried again later; nothing is followed."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy.local.folder import free_port
from listings.exchange import client
from listings.exchange.problems import FeedAway, FeedRefused

PAGE = {"items": [{"id": "a-1"}], "next": "c1"}


class Market:
    """Answers each request with what it was told to, and notes what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.headers, self.asked = 200, json.dumps(PAGE).encode(), {}, []
        market = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                market.asked.append(self.path)
                self.send_response(market.status)
                for name, value in ({"Content-Length": str(len(market.body))} | market.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(market.body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/exchange/v1/listings"


@pytest.fixture
def market() -> Iterator[Market]:
    found = Market()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_a_page_is_asked_for_from_its_cursor_on(market):
    page = client.fetch_page(market.url, cursor="")
    client.fetch_page(market.url, cursor="c 1")

    assert (page.items, page.next, page.size_bytes) == (PAGE["items"], "c1", len(market.body))
    assert market.asked == ["/exchange/v1/listings?limit=100", "/exchange/v1/listings?limit=100&cursor=c+1"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_or_broken_is_asked_again_later(market, status):
    market.status = status

    with pytest.raises(FeedAway):
        client.fetch_page(market.url, cursor="")


@pytest.mark.parametrize("status", [204, 301, 302, 401, 404])
def test_another_status_is_refused_and_a_redirect_is_not_followed(market, status):
    market.status, market.headers, market.body = status, {"Location": market.url + "/other"}, b""

    with pytest.raises(FeedRefused) as refused:
        client.fetch_page(market.url, cursor="")

    assert refused.value.data["reason"] == "status"
    assert len(market.asked) == 1


def test_a_page_that_unpacks_to_too_much_is_refused(market):
    market.body, market.headers = gzip.compress(b" " * (client.MOST_BYTES + 1)), {"Content-Encoding": "gzip"}

    with pytest.raises(FeedRefused) as refused:
        client.fetch_page(market.url, cursor="")

    assert refused.value.data["reason"] == "too_large"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "items_invalid"),
        ({"items": {}}, "items_invalid"),
        ({"items": [1]}, "items_invalid"),
        ({"items": [{}] * (client.LIMIT + 1)}, "items_invalid"),
        ({"items": [], "next": 7}, "next_invalid"),
        ({"items": [], "next": "x" * 1001}, "next_invalid"),
        ({"items": [], "next": "c\x00"}, "next_invalid"),
    ],
)
def test_what_is_no_page_of_the_feed_is_refused_by_its_part(market, answer, reason):
    market.body = json.dumps(answer).encode()

    with pytest.raises(FeedRefused) as refused:
        client.fetch_page(market.url, cursor="")

    assert refused.value.data["reason"] == reason


def test_where_nobody_listens_it_is_tried_again_later():
    with pytest.raises(FeedAway):
        client.fetch_page(f"http://127.0.0.1:{free_port(set())}/exchange/v1/listings", cursor="")
