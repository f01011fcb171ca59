"""Content-addressed private files: the bytes lie under their SHA-256, the row says whose they are.

They lie in Django's storage `private`, a folder or a bucket. There is no address for a file itself: the room that keeps
one serves it through its own policy.
"""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.http import FileResponse

from market.kernel import papers, virus_scan
from market.kernel.actor import Actor
from market.kernel.models import PrivateFile
from market.kernel.papers import FileRefused as FileRefused
from market.kernel.problems import TooLarge

SCANS = frozenset({papers.PDF, papers.JPEG, papers.PNG})
DATA_EXTENSIONS = (".jsonl", ".json", ".csv", ".tsv", ".txt", ".xlsx")
MAX_BYTES = 20 * 1024 * 1024


def store(
    upload: "File[bytes]",
    *,
    actor: Actor,
    at: datetime,
    accepted: frozenset[str] = SCANS,
    max_bytes: int = MAX_BYTES,
) -> PrivateFile:
    """Keep an upload; the kind is found in its bytes, whatever its name says, and decides how the name ends.

    Pictures are drawn anew, so that what is kept may differ from what came. Raises TooLarge, FileRefused and what
    `papers.clean` and `virus_scan.refuse_infected` raise. Bytes without a row, left by a transaction that failed,
    harm nothing.
    """
    if (upload.size or 0) > max_bytes:
        raise TooLarge(limit_bytes=max_bytes)
    with _draft(_chunks(upload), max_bytes) as draft:
        media_type = papers.media_type_of(draft)
        if media_type not in accepted:
            raise FileRefused(accepted=sorted(accepted))
        virus_scan.refuse_infected(draft)
        papers.clean(draft, media_type)
        sha256, size = _keep(draft)
    return PrivateFile.objects.create(
        sha256=sha256,
        size_bytes=size,
        media_type=media_type,
        name=name_of_kind(upload.name or "", media_type),
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        created_at=at,
    )


def store_bytes(content: bytes, *, name: str, media_type: str, actor: Actor, at: datetime) -> PrivateFile:
    """Keep a document that the product itself made."""
    return store_file(iter([content]), name=name, media_type=media_type, actor=actor, at=at)


def store_file(content: Iterator[bytes], *, name: str, media_type: str, actor: Actor, at: datetime) -> PrivateFile:
    """Keep a long document that the product itself made, piece by piece."""
    with _draft(content, sys.maxsize) as draft:
        sha256, size = _keep(draft)
    return PrivateFile.objects.create(
        sha256=sha256,
        size_bytes=size,
        media_type=media_type,
        name=clean_name(name),
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        created_at=at,
    )


def open_file(file: PrivateFile) -> "File[bytes]":
    """The bytes, for a caller whom the subject's policy let through; raises FileNotFoundError, ServiceUnavailable."""
    return storage().open(storage_name(file.sha256), "rb")


def response(file: PrivateFile) -> FileResponse:
    """The file as a download that no browser runs."""
    answer = FileResponse(open_file(file), as_attachment=True, filename=file.name, content_type=file.media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def storage() -> Storage:
    return storages["private"]


def storage_name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def scratch() -> Path:
    """A folder for drafts, on the disk that is made for large files; the same as theirs, so that a move is a rename."""
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def clean_name(name: str) -> str:
    """A file name without path, control and direction characters, at most 120 characters."""
    base = re.split(r"[\\/]", name)[-1]
    kept = "".join(char for char in base if char.isprintable() and char not in '<>:"|?*\u202a\u202b\u202d\u202e')
    return kept.strip(". ")[-120:] or "file"


def name_of_kind(name: str, media_type: str) -> str:
    """A clean name with the extension of what the file is, so that no system takes it for something else."""
    cleaned = clean_name(name)
    extension = papers.EXTENSIONS.get(media_type) or next(filter(cleaned.lower().endswith, DATA_EXTENSIONS), ".bin")
    return clean_name((re.sub(r"(\.[A-Za-z0-9]{1,5})+$", "", cleaned) or "file") + extension)


def _chunks(upload: "File[bytes]") -> Iterator[bytes]:
    while chunk := upload.read(1 << 16):
        yield chunk


@contextmanager
def _draft(chunks: Iterator[bytes], max_bytes: int) -> Iterator[Path]:
    """The bytes in a file that is gone at the end, unless it was kept."""
    handle, name = tempfile.mkstemp(dir=scratch())
    draft, size = Path(name), 0
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(limit_bytes=max_bytes)
                target.write(chunk)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


class _Draft(File):  # type: ignore[type-arg]  # generic for mypy only
    """Complete on the disk: a folder moves it to its place, so that a reader sees all of the bytes or none."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def _keep(draft: Path) -> tuple[str, int]:
    """Bring the bytes to their place; returns their hash and size."""
    with draft.open("r+b") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size = content.tell()
        os.fsync(content.fileno())
        storage().save(storage_name(sha256), _Draft(content, str(draft)))
    return sha256, size
