"""The ranker's vectors of listings: computed once for each content, kept in the database, read for every pair.

The vectors of the index are the search's own: one that is kept elsewhere first would never be announced to the index.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from matching.matches.models import Kind, ListingVectors
from matching.scoring import vectors
from matching.scoring.profiles import Profile
from matching.scoring.vectors import Vectors
from search.index import encoder

log = structlog.get_logger(__name__)

BATCH, READ = 32, 200
LOCK_TIMEOUT = "100ms"


@dataclass(frozen=True, slots=True)
class Reading:
    """Of which words of a side vectors are made, and by which function for many."""

    words: Callable[[Profile], str]
    compute: Callable[[Sequence[Profile]], Sequence[Vectors]]


READINGS = {
    Kind.DEMAND: Reading(lambda profile: profile.wording, vectors.of_demands),
    Kind.ACHIEVEMENT: Reading(lambda profile: profile.title, vectors.of_achievements),
}


def vectors_of(kind: Kind, profiles: Mapping[UUID, Profile]) -> dict[UUID, Vectors]:
    """By listing; those that are missing are computed and kept. Empty where there is no model on this machine."""
    digests = {listing_id: _digest(kind, profile) for listing_id, profile in profiles.items()}
    rows = ListingVectors.objects.filter(digest__in=set(digests.values())).values_list("digest", "content")
    # Bit by bit, since an answer of the database takes several times the room of the vectors in it.
    found = {digest: Vectors.from_bytes(bytes(content)) for digest, content in rows.iterator(chunk_size=READ)}
    if encoder.is_available():
        wanted = {
            digests[listing_id]: profile for listing_id, profile in profiles.items() if digests[listing_id] not in found
        }
        for start in range(0, len(wanted), BATCH):
            found |= _computed(kind, dict(list(wanted.items())[start : start + BATCH]))
    return {listing_id: found[digest] for listing_id, digest in digests.items() if digest in found}


def keep(kind: Kind, found: Iterable[tuple[Profile, Vectors]]) -> None:
    """Write vectors; what another transaction is writing at this moment is left to it.

    One that matches keeps several batches, and might hold what another wants while it wants what that one holds: the
    wait for a row ends long before PostgreSQL would look for a deadlock.
    """
    rows = [ListingVectors(digest=_digest(kind, profile), content=fresh.to_bytes()) for profile, fresh in found]
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            ListingVectors.objects.bulk_create(sorted(rows, key=lambda row: row.digest), ignore_conflicts=True)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        log.info("vectors_left_to_another", count=len(rows))


def _computed(kind: Kind, profiles: Mapping[str, Profile]) -> dict[str, Vectors]:
    found = READINGS[kind].compute(list(profiles.values()))
    keep(kind, zip(profiles.values(), found, strict=True))
    return dict(zip(profiles, found, strict=True))


def _digest(kind: Kind, profile: Profile) -> str:
    name = f"{vectors.model()}\0{vectors.VERSION}\0{kind}\0{READINGS[kind].words(profile)}"
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
