"""A TCP proxy between us and a server, so that a test can take the server away: refused, hung, or back again."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PIECE = 65_536


class Proxy:
    """Passes connections on until `refuse()` closes all and accepts none, or `hang()` keeps them without an answer.

    While `cut_after` is a number, answers end after so many bytes.
    """

    def __init__(self, url: str) -> None:
        self.target = (urlsplit(url).hostname, urlsplit(url).port)
        self.is_hanging = threading.Event()
        self.cut_after: int | None = None  # bytes of an answer, after which the connection is reset
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.listener: socket.socket | None = None
        self.port = 0
        self.pass_on()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pass_on(self) -> None:
        self.is_hanging.clear()
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def hang(self) -> None:
        self.is_hanging.set()

    def refuse(self) -> None:
        if self.listener is not None:
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        for end in (end for pair in self.pairs for end in pair):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
                self.pairs.append((near, far))
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), near, far:
            while True:
                for end in select.select([near, far], [], [])[0]:
                    while self.is_hanging.is_set():
                        time.sleep(0.01)
                    piece = end.recv(PIECE)
                    if not piece:
                        return
                    if end is far and self.cut_after is not None:
                        near.sendall(piece[: self.cut_after])
                        return
                    (far if end is near else near).sendall(piece)


@contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.is_hanging.clear()
        proxy.refuse()
