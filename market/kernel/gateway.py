"""An ASGI gateway to the WSGI application: a thread is taken only when the whole request is there.

The event loop reads bodies, under a size and a deadline, and sends the answers, so that a slow peer holds a connection
and never a thread. `/livez` is answered by the loop; probes and signed notices have threads of their own.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import orjson

from market.kernel.problems import Problem, RequestTooSlow, ServiceUnavailable, TooLarge

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes | str]  # status, headers, and a body or the path of one

RESERVED_PATHS = ("/readyz", "/webhooks/")
BODY_SECONDS = 20.0  # for the first bytes; each further second must bring BYTES_PER_SECOND
BYTES_PER_SECOND = 16 * 1024
HELD_BYTES = 256 * 1024 * 1024  # of all bodies that a process is reading or serving
IN_MEMORY_BYTES = 256 * 1024
WAITING_REQUESTS = 500


class PeerGone(Exception):
    """The client has left before its request was whole."""


class Gateway:
    """`body_bytes` bounds a request with a session or a key, `stranger_bytes` any other."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        *,
        body_bytes: int,
        stranger_bytes: int,
        session_cookie: str,
        threads: int = 4,
        reserved_threads: int = 2,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self.application = application
        self.body_bytes, self.stranger_bytes = body_bytes, stranger_bytes
        self.session_cookie = f"{session_cookie}=".encode()
        self.body_seconds = body_seconds
        self.threads = ThreadPoolExecutor(threads, "web")
        self.reserve = ThreadPoolExecutor(reserved_threads, "web-reserved")
        self.held_bytes = self.waiting = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(scope["type"])
        if scope["path"] == "/livez" and scope["method"] in ("GET", "HEAD"):
            await answer(send, scope, (200, [("content-type", "text/plain")], b"ok"))
            return
        try:
            with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
                try:
                    await self._read(scope, receive, body)
                    size = body.tell()
                    found = await self._serve(scope, body, size)
                finally:
                    self.held_bytes -= body.seek(0, os.SEEK_END)
        except Problem as problem:
            found = refusal(problem, scope["path"])
        except PeerGone:
            return
        await answer(send, scope, found)

    async def _read(self, scope: Message, receive: Receive, body: IO[bytes]) -> None:
        """Fill `body`; raises TooLarge before a byte is read where the head says so, RequestTooSlow and PeerGone."""
        headers = dict(scope["headers"])
        length, limit = int(headers.get(b"content-length", 0)), self._limit(headers)
        if length > limit:
            raise TooLarge(limit_bytes=limit)
        if not length and b"transfer-encoding" not in headers:
            return
        begun = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self.body_seconds) as patience:
                while (message := await receive())["type"] == "http.request":
                    self._keep(message.get("body", b""), body, limit)
                    if not message.get("more_body"):
                        return
                    patience.reschedule(begun + self.body_seconds + body.tell() / BYTES_PER_SECOND)
        except TimeoutError:
            raise RequestTooSlow from None
        raise PeerGone

    def _keep(self, chunk: bytes, body: IO[bytes], limit: int) -> None:
        if body.tell() + len(chunk) > limit:
            raise TooLarge(limit_bytes=limit)
        if self.held_bytes + len(chunk) > HELD_BYTES:
            raise ServiceUnavailable(retry_after_seconds=5)
        body.write(chunk)
        self.held_bytes += len(chunk)

    def _limit(self, headers: dict[bytes, bytes]) -> int:
        is_known = b"authorization" in headers or self.session_cookie in headers.get(b"cookie", b"")
        return self.body_bytes if is_known else self.stranger_bytes

    async def _serve(self, scope: Message, body: IO[bytes], size: int) -> Answer:
        is_reserved = scope["path"].startswith(RESERVED_PATHS)
        if self.waiting >= WAITING_REQUESTS and not is_reserved:
            raise ServiceUnavailable(retry_after_seconds=5)
        environment = environ(scope, body, size)
        loop = asyncio.get_running_loop()
        self.waiting += 1
        try:
            pool = self.reserve if is_reserved else self.threads
            return await loop.run_in_executor(pool, self._call, environment)
        finally:
            self.waiting -= 1

    def _call(self, environment: dict[str, Any]) -> Answer:
        """The application's answer, whole; it begins and ends in one thread, as its connections do."""
        begun: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
            begun.append((int(status.partition(" ")[0]), headers))

        result = self.application(environment, start_response)
        try:
            content = result.path if isinstance(result, FileBody) and result.path else b"".join(result)
        finally:
            if close := getattr(result, "close", None):
                close()
        return (*begun[-1], content)


class FileBody:
    """WSGI's `file_wrapper`: a file that lies on the disk is sent by the server itself."""

    def __init__(self, file: IO[bytes], block_bytes: int = 65536) -> None:
        self.file, self.block_bytes = file, block_bytes
        name = getattr(file, "name", None)
        self.path = os.path.abspath(name) if isinstance(name, str) and os.path.isfile(name) and not file.tell() else ""

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(self.block_bytes), b"")

    def close(self) -> None:
        self.file.close()


def environ(scope: Message, body: IO[bytes], size: int) -> dict[str, Any]:
    """PEP 3333's environment of a request that has been read."""
    body.seek(0)
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(scope["server"][0]) if scope.get("server") else "localhost",
        "SERVER_PORT": str(scope["server"][1]) if scope.get("server") else "80",
        "REMOTE_ADDR": str(scope["client"][0]) if scope.get("client") else "",
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileBody,
    }
    headers: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in scope["headers"]:
        # An underscore would pass for the hyphen of a header that a proxy sets.
        if b"_" not in name and name not in (b"content-length", b"transfer-encoding"):
            headers[name.decode("latin-1").upper().replace("-", "_")].append(value.decode("latin-1"))
    for key, values in headers.items():
        found[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = ("; " if key == "COOKIE" else ",").join(values)
    return found


def refusal(problem: Problem, path: str) -> Answer:
    """A request that was not read to its end leaves a connection that cannot go on."""
    headers = [("content-type", "application/problem+json"), ("cache-control", "no-store"), ("connection", "close")]
    if seconds := problem.data.get("retry_after_seconds"):
        headers.append(("retry-after", str(seconds)))
    return problem.status, headers, orjson.dumps(problem.as_dict(instance=path))


async def answer(send: Send, scope: Message, found: Answer) -> None:
    status, headers, content = found
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    if isinstance(content, bytes) and not any(name == b"content-length" for name, _ in encoded):
        encoded.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    if isinstance(content, str):
        await send({"type": "http.response.pathsend", "path": content})
    else:
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
