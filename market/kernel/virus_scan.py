"""A scanner that speaks clamd's protocol (INSTREAM) on a socket; without one nothing is asked."""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem, ServiceUnavailable

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 30
CHUNK_BYTES = 1 << 16


class FileInfected(Problem):
    """The scanner knows the file as harmful."""

    status = 422
    code = "file_infected"
    title = _("文件未通过安全扫描")


def refuse_infected(path: Path) -> None:
    """Raises FileInfected, and ServiceUnavailable where the scanner that is set gives no answer."""
    if not settings.CLAMD_URL:
        return
    try:
        verdict = ask(settings.CLAMD_URL, path)
    except OSError as error:
        log.warning("virus_scan_unavailable", error=f"{type(error).__name__}: {error}")
        raise ServiceUnavailable(retry_after_seconds=60) from error
    if verdict.endswith("OK"):
        return
    if not verdict.endswith("FOUND"):
        log.warning("virus_scan_unavailable", error=verdict[:200])
        raise ServiceUnavailable(retry_after_seconds=60)
    log.warning("file_infected", verdict=verdict[:200])
    raise FileInfected


def ask(url: str, path: Path) -> str:
    """clamd's words about a file, such as `stream: OK` or `stream: Eicar-Signature FOUND`."""
    with _connect(url) as connection, path.open("rb") as content:
        connection.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK_BYTES):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and (part := connection.recv(4096)):
            answer += part
    return answer.rstrip(b"\0").decode(errors="replace")


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), TIMEOUT_SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT_SECONDS)
    connection.connect(parts.path)
    return connection
