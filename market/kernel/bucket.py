"""Private files in a bucket of an S3-compatible store; imported only where one is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from market.kernel.problems import ServiceUnavailable

log = structlog.get_logger(__name__)
CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 5, 30, 3
MEMORY_BYTES = 1 << 20  # of a file that is read; a longer one waits on the disk


class BucketStorage(S3Storage):
    """Each object has the default access, its owner's alone; ServiceUnavailable while the store does not serve."""

    def __init__(self, *, addressing_style: str = "auto", **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            # Stores other than Amazon's refuse the trailers that botocore adds by itself.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, max_memory_size=MEMORY_BYTES, **options)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """The whole object, fetched now: an answer that has begun could not say that the rest is missing."""
        with serving():
            opened: File[bytes] = super()._open(name, mode).open()
        return opened

    def _save(self, name: str, content: "File[bytes]") -> str:
        with serving():
            saved: str = super()._save(name, content)
        return saved


@contextmanager
def serving() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        log.warning("bucket_unavailable", error=f"{type(error).__name__}: {error}"[:500])
        raise ServiceUnavailable(retry_after_seconds=60) from error
