"""What the owners of saved searches may see now, many owners at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from market.accounts.actors import actors_of, actors_of_keys
from market.kernel.actor import Actor
from market.kernel.policy import audience_tokens
from search.index.documents import Document, projection, readable_kinds
from search.saved.models import SavedSearch, SavedSearchHit

Listing = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Reader:
    """Documents of these kinds that bear one of these audience tokens."""

    audience: frozenset[str]
    kinds: frozenset[str]

    def sees(self, document: Document) -> bool:
        return document.kind in self.kinds and not self.audience.isdisjoint(document.audience)


NOBODY = Reader(frozenset(), frozenset())


def readers_of(searches: Iterable[SavedSearch], *, at: datetime) -> Mapping[UUID, Reader]:
    """By saved search its owner as a reader: acting for the organisation it was saved for while still a member.

    Who was closed out, or whose key ended, sees nothing.
    """
    rows = list(searches)
    people = actors_of((row.user_id, row.organisation_id) for row in rows if row.user_id is not None)
    keys = actors_of_keys((row.api_key_id for row in rows if row.api_key_id is not None), at=at)
    known: dict[Actor, Reader] = {}
    found = {}
    for row in rows:
        actor = keys.get(row.api_key_id) if row.api_key_id else people.get((row.user_id, row.organisation_id))  # type: ignore[arg-type]
        if actor is not None and actor not in known:
            known[actor] = Reader(audience_tokens(actor), frozenset(readable_kinds(actor)))
        found[row.id] = known[actor] if actor is not None else NOBODY
    return found


def documents_of(hits: Sequence[SavedSearchHit]) -> Mapping[Listing, Document]:
    """The listings as they are now; those that vanished are left out."""
    found: dict[Listing, Document] = {}
    for kind in {hit.kind for hit in hits}:
        source = projection(kind)
        if source is not None:
            loaded = source.load(list({hit.object_id for hit in hits if hit.kind == kind}))
            found |= {(kind, object_id): document for object_id, document in loaded.items()}
    return found
