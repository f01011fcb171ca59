"""From the outbox into both copies: Elasticsearch, and PostgreSQL's fallback, each by a consumer of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q

from market.kernel import outbox
from search.analysis import text
from search.index import engine, vectors
from search.index.documents import Document, projection
from search.index.events import ListingEvent
from search.index.mapping import ANALYSIS, key_of, source_of
from search.index.models import SearchDocument

Wanted = Mapping[tuple[str, UUID], int]


@dataclass(frozen=True, slots=True)
class Change:
    """A document to write, or one to remove (`document` is None), with the version that asks for it.

    `embedding` is the vector of its title, where it was computed.
    """

    kind: str
    id: UUID
    version: int
    document: Document | None
    embedding: Sequence[float] | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


def write_fallback(envelopes: Sequence[outbox.Envelope[ListingEvent]]) -> Mapping[int, outbox.Failure]:
    """Bring PostgreSQL's copy up to date."""
    changes = load(wanted_of(envelopes))
    store(change.document for change in changes if change.document is not None)
    gone = Q()
    for change in changes:
        if change.document is None:
            gone |= Q(key=change.key, version__lte=change.version)
    if gone:
        SearchDocument.objects.filter(gone).delete()
    return {}


def write_engine(envelopes: Sequence[outbox.Envelope[ListingEvent]]) -> Mapping[int, outbox.Failure]:
    """Bring Elasticsearch up to date; raises EngineAway when it is away as a whole.

    While an index is being rebuilt, the next one gets everything as well, so that it lacks nothing when it takes over.
    """
    searched, *being_filled = engine.writable()
    changes = load(wanted_of(envelopes))
    failures = index(changes, name=searched)
    for name in being_filled:
        failures = index(changes, name=name, is_optional=True) | failures
    return {
        envelope.id: failures[key]
        for envelope in envelopes
        if (key := f"{envelope.event.kind}:{envelope.event.listing_id}") in failures
    }


def wanted_of(envelopes: Iterable[outbox.Envelope[ListingEvent]]) -> Wanted:
    """Each listing once, with the highest version that was announced."""
    wanted: dict[tuple[str, UUID], int] = {}
    for event in (envelope.event for envelope in envelopes):
        name = event.kind, event.listing_id
        wanted[name] = max(wanted.get(name, 0), event.version)
    return wanted


def load(wanted: Wanted) -> list[Change]:
    """The documents as their rows are now: an event says only that something changed."""
    changes = []
    for kind in sorted({kind for kind, _ in wanted}):
        ids = [listing_id for of, listing_id in wanted if of == kind]
        source = projection(kind)
        documents = source.load(ids) if source else {}
        embeddings = vectors.stored(document.title for document in documents.values())
        for listing_id in ids:
            document = documents.get(listing_id)
            version = max(document.version if document else 0, wanted[kind, listing_id])
            vector = embeddings.get(document.title) if document else None
            embedding = None if vector is None else vector.tolist()
            changes.append(Change(kind, listing_id, version, document, embedding))
    return changes


def index(changes: Sequence[Change], *, name: str, is_optional: bool = False) -> dict[str, outbox.Failure]:
    """Write changes into an index by external version; returns what failed, by key.

    A version that is older than the one in the index answers 409, which means that a newer write won: no failure.
    An optional index may have taken over or gone meanwhile.
    """
    if not changes:
        return {}
    lines: list[Mapping[str, Any]] = []
    for change in changes:
        head = {"_id": change.key, "version": change.version, "version_type": "external_gte"}
        if change.document is None:
            lines.append({"delete": head})
        else:
            lines += [{"index": head}, source_of(change.document, change.embedding)]
    failures = {}
    for change, answer in zip(changes, engine.bulk(lines, index=name), strict=True):
        status = answer["status"]
        if status < 300 or status == 409 or (status == 404 and (is_optional or change.document is None)):
            continue
        reason = f"{status} {answer.get('error', {}).get('type', '')}: {answer.get('error', {}).get('reason', '')}"
        is_passing = status in {403, 429} or status >= 500
        failures[change.key] = outbox.Failure(reason[:500], is_permanent=not is_passing)
    return failures


def store(documents: Iterable[Document]) -> None:
    """Write documents, each once, into PostgreSQL's copy; an older version never replaces a newer one.

    One statement, in the order of the keys, so that two who write at the same time wait for each other and no more.
    """
    rows = sorted(map(_row, documents), key=itemgetter("key"))
    if not rows:
        return
    table = SearchDocument._meta.db_table
    columns = [field.attname for field in SearchDocument._meta.concrete_fields]
    # All rows are one value: bound one by one, the values of a batch took as long as making them.
    statement = f"""
        INSERT INTO {table} ({", ".join(columns)})
        SELECT {", ".join(columns)} FROM json_populate_recordset(NULL::{table}, %s::json)
        ON CONFLICT (key) DO UPDATE SET {", ".join(f"{column} = EXCLUDED.{column}" for column in columns)}
        WHERE {table}.version <= EXCLUDED.version
    """  # noqa: S608  names of the model, values bound
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(rows, default=str).decode()])


def _row(document: Document) -> dict[str, Any]:
    """The columns of SearchDocument."""
    return {
        "key": key_of(document),
        "kind": document.kind,
        "object_id": document.id,
        "version": document.version,
        "title": document.title,
        "text": document.text[: text.MAX_CHARACTERS],
        "tokens": _vector(document),
        "audience": list(document.audience),
        "labels": labels_of(document),
        "owner": document.owner,
        "is_open": document.is_open,
        "amount": document.amount,
        "published_at": document.published_at,
        "analysis": ANALYSIS,
    }


def labels_of(document: Document) -> list[str]:
    facets = [f"{name}={code}" for name, codes in document.facets.items() for code in codes]
    return [*facets, *(f"identifier={text.identifier(number)}" for number in document.identifiers)]


def _vector(document: Document) -> str:
    """Our tokens as a tsvector: title bigrams and unigrams weigh A and B, the text's and names' C and D."""
    others = "\n".join([*document.codes, *document.names])
    lexemes: list[str] = []
    for written, singles, pairs in ((others, "D", "C"), (document.text, "D", "C"), (document.title, "B", "A")):
        for tokens, weight in zip(text.fields(written), (singles, pairs), strict=True):
            # Tokens by the hundred: each quoted by itself takes four times as long.
            escaped = tokens.replace("\\", "\\\\").replace("'", "''")
            lexemes += [f"'{token}':1{weight}" for token in dict.fromkeys(escaped.split())]
    return " ".join(lexemes)  # of one that comes twice PostgreSQL keeps the higher weight


def quoted(token: str) -> str:
    """A token inside a tsvector or tsquery, so that nothing in it is an operator."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
