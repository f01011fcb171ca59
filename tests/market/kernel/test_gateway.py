"""What the event loop lets through to the threads, and when."""

import asyncio
from collections.abc import Callable

import orjson
import pytest

from market.kernel.gateway import Gateway, Message

LIMIT, STRANGER = 4000, 1000
SESSION = (b"cookie", b"a=1; sessionid=abc")


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['PATH_INFO']} {environ['CONTENT_LENGTH']} {len(body)}".encode()]


class Conversation:
    """One request, whose body comes in `chunks` and then, where it is not whole, never."""

    def __init__(self, gateway: Gateway, path: str = "/x", *, headers=(), chunks=(), is_whole: bool = True) -> None:
        self.gateway, self.chunks, self.is_whole = gateway, list(chunks), is_whole
        self.taken = 0
        self.sent: list[Message] = []
        self.scope = {
            "type": "http",
            "method": "POST" if chunks else "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "http_version": "1.1",
            "headers": list(headers),
            "server": ("127.0.0.1", "8000"),
            "client": ("192.0.2.1", "50000"),
        }

    async def receive(self) -> Message:
        if self.taken == len(self.chunks):
            await asyncio.Event().wait()
        self.taken += 1
        more = self.taken < len(self.chunks) or not self.is_whole
        return {"type": "http.request", "body": self.chunks[self.taken - 1], "more_body": more}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def held(self) -> "Conversation":
        await self.gateway(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def body(self) -> bytes:
        return self.sent[1]["body"]

    @property
    def code(self) -> str:
        return orjson.loads(self.body)["code"]


def gateway(application: Callable = echo, **options) -> Gateway:
    chosen = {"body_bytes": LIMIT, "stranger_bytes": STRANGER, "session_cookie": "sessionid", "body_seconds": 0.1}
    return Gateway(application, **chosen | options)


def hold(*args, **options) -> Conversation:
    return asyncio.run(Conversation(gateway(), *args, **options).held())


def test_a_request_that_is_whole_is_served():
    found = hold("/x", headers=[(b"content-length", b"6")], chunks=[b"abc", b"def"])

    assert (found.status, found.body) == (200, b"/x 6 6")


def test_a_chunked_body_is_counted_and_served():
    found = hold("/x", headers=[(b"transfer-encoding", b"chunked")], chunks=[b"abc", b"de"])

    assert (found.status, found.body) == (200, b"/x 5 5")


@pytest.mark.parametrize(
    ("headers", "limit"), [([], STRANGER), ([SESSION], LIMIT), ([(b"authorization", b"B")], LIMIT)]
)
def test_a_size_past_the_limit_is_refused_before_a_byte_is_read(headers, limit):
    fits = [*headers, (b"content-length", str(limit).encode())]
    too_long = [*headers, (b"content-length", str(limit + 1).encode())]

    assert hold(headers=fits, chunks=[b"x" * limit]).status == 200
    refused = hold(headers=too_long, chunks=[b"x" * (limit + 1)])

    assert (refused.status, refused.code, refused.taken) == (413, "too_large", 0)


def test_a_chunked_body_past_the_limit_is_refused_in_the_middle():
    headers = [(b"transfer-encoding", b"chunked")]

    found = hold(headers=headers, chunks=[b"x" * 600] * 9)

    assert (found.status, found.code, found.taken) == (413, "too_large", 2)


def test_a_body_that_does_not_come_is_given_up_and_says_so():
    found = hold(headers=[(b"content-length", b"2000"), SESSION], chunks=[b"x"], is_whole=False)

    assert (found.status, found.code) == (408, "request_too_slow")
    assert (b"connection", b"close") in found.sent[0]["headers"]


def test_silent_bodies_keep_nobody_else_waiting():
    """Many more than there are threads; the control is a gateway whose threads do the waiting."""

    async def run() -> tuple[int, bool]:
        portal = gateway(body_seconds=5)
        head = [(b"content-length", b"900")]
        silent = [Conversation(portal, headers=head, chunks=[b"x"], is_whole=False) for _ in range(40)]
        waiting = [asyncio.create_task(peer.held()) for peer in silent]
        other = await asyncio.wait_for(Conversation(portal, "/page").held(), 2)
        are_waiting = not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert portal.held_bytes == 0
        return other.status, are_waiting

    assert asyncio.run(run()) == (200, True)


def test_busy_threads_hold_up_neither_life_signs_nor_signed_notices():
    async def run() -> dict[str, object]:
        loop, busy = asyncio.get_running_loop(), asyncio.Event()
        release = asyncio.Event()

        def slow(environ, start_response):
            if environ["PATH_INFO"] == "/slow":
                loop.call_soon_threadsafe(busy.set)
                asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)
            return echo(environ, start_response)

        portal = gateway(slow, threads=1)
        slow_one = asyncio.create_task(Conversation(portal, "/slow").held())
        await busy.wait()
        ordinary = asyncio.create_task(Conversation(portal, "/page").held())
        paths = ("/livez", "/readyz", "/webhooks/stripe")
        statuses = {path: (await asyncio.wait_for(Conversation(portal, path).held(), 2)).status for path in paths}
        assert not ordinary.done()
        release.set()
        return statuses | {"/page": (await ordinary).status, "/slow": (await slow_one).status}

    assert asyncio.run(run()) == dict.fromkeys(("/livez", "/readyz", "/webhooks/stripe", "/page", "/slow"), 200)


def test_a_file_on_the_disk_is_sent_by_its_path(tmp_path):
    kept = tmp_path / "kept"
    kept.write_bytes(b"paper")

    def download(environ, start_response):
        start_response("200 OK", [("Content-Length", "5")])
        return environ["wsgi.file_wrapper"](kept.open("rb"))

    found = asyncio.run(Conversation(gateway(download)).held())

    assert found.sent[1] == {"type": "http.response.pathsend", "path": str(kept)}


def test_a_header_with_an_underscore_passes_for_no_other():
    def told(environ, start_response):
        start_response("200 OK", [])
        return [environ.get("HTTP_X_FORWARDED_FOR", "-").encode()]

    headers = [(b"x_forwarded_for", b"198.51.100.7")]
    assert asyncio.run(Conversation(gateway(told), headers=headers).held()).body == b"-"
    headers = [(b"x-forwarded-for", b"198.51.100.7")]
    assert asyncio.run(Conversation(gateway(told), headers=headers).held()).body == b"198.51.100.7"
