"""Row identifiers: UUID version 7, so that new rows lie together in the index."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A fresh time-ordered UUID (RFC 9562, version 7)."""
    return compat.uuid7()
