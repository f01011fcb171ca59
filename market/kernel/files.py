"""Content-addressed private files: the bytes lie under their SHA-256, the row says whose they are.

There is no address for a file itself: the room that keeps one serves it through its own policy.
"""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import filetype
from django.conf import settings
from django.core.files.base import File
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor
from market.kernel.models import PrivateFile
from market.kernel.problems import Problem, TooLarge

SCANS = frozenset({"application/pdf", "image/jpeg", "image/png"})
MAX_BYTES = 20 * 1024 * 1024


class FileRefused(Problem):
    """The bytes are not of an accepted kind."""

    status = 422
    code = "file_refused"
    title = _("不接受该类型的文件")
    fields = ("accepted",)


def store(
    upload: "File[bytes]",
    *,
    actor: Actor,
    at: datetime,
    accepted: frozenset[str] = SCANS,
    max_bytes: int = MAX_BYTES,
) -> PrivateFile:
    """Keep an upload; the kind is found in its bytes, whatever its name says.

    Raises TooLarge and FileRefused. Bytes without a row, left by a transaction that failed, harm nothing.
    """
    head = upload.read(8192)
    kind = filetype.guess(head)
    media_type = kind.mime if kind is not None else "application/octet-stream"
    if media_type not in accepted:
        raise FileRefused(accepted=sorted(accepted))
    sha256, size = _write(_chunks(head, upload), max_bytes)
    return PrivateFile.objects.create(
        sha256=sha256,
        size_bytes=size,
        media_type=media_type,
        name=clean_name(upload.name or "file"),
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        created_at=at,
    )


def store_bytes(content: bytes, *, name: str, media_type: str, actor: Actor, at: datetime) -> PrivateFile:
    """Keep a document that the product itself made."""
    return store_file(iter([content]), name=name, media_type=media_type, actor=actor, at=at)


def store_file(content: Iterator[bytes], *, name: str, media_type: str, actor: Actor, at: datetime) -> PrivateFile:
    """Keep a long document that the product itself made, piece by piece."""
    sha256, size = _write(content, max_bytes=sys.maxsize)
    return PrivateFile.objects.create(
        sha256=sha256,
        size_bytes=size,
        media_type=media_type,
        name=clean_name(name),
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        created_at=at,
    )


def open_file(file: PrivateFile) -> IO[bytes]:
    """The bytes, for a caller whom the subject's policy let through."""
    return path_of(file.sha256).open("rb")


def response(file: PrivateFile) -> FileResponse:
    """The file as a download that no browser runs."""
    answer = FileResponse(open_file(file), as_attachment=True, filename=file.name, content_type=file.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256


def clean_name(name: str) -> str:
    """A file name without path, control and direction characters, at most 120 characters."""
    base = re.split(r"[\\/]", name)[-1]
    kept = "".join(char for char in base if char.isprintable() and char not in '<>:"|?*\u202a\u202b\u202d\u202e')
    return kept.strip(". ")[-120:] or "file"


def _chunks(head: bytes, upload: "File[bytes]") -> Iterator[bytes]:
    yield head
    while chunk := upload.read(1 << 16):
        yield chunk


def _write(chunks: Iterator[bytes], max_bytes: int) -> tuple[str, int]:
    root = Path(settings.FILES_DIR)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(dir=root)
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(limit_bytes=max_bytes)
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        final = path_of(digest.hexdigest())
        final.parent.mkdir(exist_ok=True)
        # The rename is atomic, so a reader sees all of the bytes or none.
        Path(temporary).replace(final)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size
