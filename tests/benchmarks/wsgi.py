"""Requests through the whole application in this process, as a server would hand them in."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

Call = Callable[[], bytes]


def caller(
    handler: WSGIHandler, address: str, *, body: bytes | None = None, token: str = "", status: int = 200
) -> Call:
    """A call that answers the body of a GET, or of a POST of JSON; raises on any other status."""
    factory = RequestFactory(SERVER_NAME="127.0.0.1")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = (
        factory.get(address, headers=headers)
        if body is None
        else factory.post(address, body, content_type="application/json", headers=headers)
    )
    prepared: dict[str, Any] = request.environ

    def call() -> bytes:
        answered: list[str] = []

        def start(line: str, headers: Any, info: Any = None) -> Callable[[bytes], object]:
            answered.append(line)
            return bytes

        answer = handler(prepared | {"wsgi.input": BytesIO(body or b"")}, start)
        content = b"".join(answer)
        answer.close()
        if not answered[0].startswith(str(status)):
            raise RuntimeError(f"{address}: {answered[0]} {content[:500]!r}")
        return content

    return call
