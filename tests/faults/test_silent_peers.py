"""Peers that say little, slowly, or too much, against the web process as it is served (security A1, A3).

The control serves the same application by granian's WSGI interface, where ten of them stop everything.
"""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from deploy.local.folder import free_port
from tests.faults.conftest import Processes

pytestmark = pytest.mark.faults
SILENT = 40
GATEWAY = (
    *("--interface", "asginl", "--http", "1", "--http1-header-read-timeout", "3000"),
    *("--backpressure", "1024", "market.config.asgi:application"),
)
THREADS_ALONE = ("--interface", "wsgi", "--blocking-threads", "4", "market.config.wsgi:application")
HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class Web:
    def __init__(self, processes: Processes, *words: str) -> None:
        self.port = free_port(set())
        processes._start("granian", "--port", str(self.port), "--no-ws", *words)
        processes.wait_until(lambda: self.ask("/readyz") in (200, 503), "the web process answers")

    def ask(self, path: str, method: str = "GET", seconds: float = 5) -> int:
        """The status, or 0 where none came in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, headers={"Host": "127.0.0.1"})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def say(self, words: bytes) -> socket.socket:
        peer = socket.create_connection(("127.0.0.1", self.port), timeout=40)
        peer.sendall(words)
        return peer


@pytest.fixture
def peers() -> Iterator[ExitStack]:
    with ExitStack() as open_ones:
        yield open_ones


def test_silent_peers_stop_nothing_and_are_given_up(processes, peers):
    web = Web(processes, *GATEWAY)
    silent_bodies = [peers.enter_context(web.say(HEAD + b"Content-Length: 2000\r\n\r\na")) for _ in range(SILENT)]
    silent_heads = [peers.enter_context(web.say(HEAD)) for _ in range(SILENT)]
    mute = [peers.enter_context(web.say(b"")) for _ in range(SILENT)]

    served = [web.ask(path) for path in ("/livez", "/readyz", "/api/v1/me", "/api/v1/demands")]
    signed = web.ask("/webhooks/stripe", "POST")

    assert served[0] == 200
    assert served[1] in (200, 503)
    assert served[2:] == [200, 200]
    assert signed == 400  # refused for its signature, and not left waiting
    assert [peer.recv(100)[:12] for peer in silent_bodies] == [b"HTTP/1.1 408"] * SILENT
    assert [peer.recv(100) for peer in (*silent_heads, *mute)] == [b""] * 2 * SILENT


def test_an_upload_of_any_size_is_refused_before_it_is_sent(processes, peers):
    web = Web(processes, *GATEWAY)
    length = b"Content-Length: 300000000\r\n\r\n"

    stranger = peers.enter_context(web.say(HEAD + length))
    guest = peers.enter_context(web.say(HEAD + b"Cookie: sessionid=made-up\r\n" + length))

    assert [peer.recv(100)[:12] for peer in (stranger, guest)] == [b"HTTP/1.1 413"] * 2


def test_control_threads_alone_are_stopped_by_ten(processes, peers):
    web = Web(processes, *THREADS_ALONE)
    form = b"Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n"
    for _ in range(10):
        peers.enter_context(web.say(HEAD + form + b"Content-Length: 2000\r\n\r\na"))

    processes.wait_until(lambda: web.ask("/livez", seconds=2) == 0, "every thread waits for a body")
    assert web.ask("/livez") == 0
