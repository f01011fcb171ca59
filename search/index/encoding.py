"""Vectors of listings that lack one, computed in a worker; a listing without one is found all the same."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from market.kernel import outbox
from search.index import encoder, indexing, vectors
from search.index.documents import projections
from search.index.events import ListingEncoded

BATCH = 32
Progress = Callable[[int, int], None]


def encode(wanted: indexing.Wanted, *, at: datetime) -> int:
    """Compute the vectors that are missing, and tell the index; returns how many listings got one."""
    documents = [change.document for change in indexing.load(wanted) if change.document is not None]
    lacking = set(vectors.missing(document.title for document in documents))
    fresh = [document for document in documents if document.title in lacking]
    if not fresh or not encoder.is_available():
        return 0
    with transaction.atomic():
        vectors.ensure(document.title for document in fresh)
        outbox.publish_all([ListingEncoded(document.id, document.kind, document.version) for document in fresh], at=at)
    return len(fresh)


def encode_all(*, at: datetime, progress: Progress = lambda done, total: None) -> int:
    """The same for every listing on show; broken off, it goes on where it was, since what is there is kept."""
    total = sum(source.count() for source in projections())
    done, encoded = 0, 0
    for source in projections():
        after: UUID | None = None
        while page := source.versions(after, BATCH):
            encoded += encode({(source.kind, listing_id): version for listing_id, version in page}, at=at)
            after = page[-1][0]
            done += len(page)
            progress(done, total)
    return encoded
