"""Rows that wait get their link, in one transaction a batch: a sequencer that dies has done all of it or nothing.

One works at a time, whatever the number of processes. A row that commits late waits in the table like any other, so
that none is passed over, and no clock has a say in the order.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection, transaction

from market.kernel.chain import hashing, sources, tree
from market.kernel.models import ChainHead, ChainLink, ChainNode, SealShape, UnsealedRow

log = structlog.get_logger(__name__)

BATCH = 4000
LOCK = 0x5EA1ED  # advisory, of the database; held by whoever lengthens the chain or signs it
COPY = (
    "COPY kernel_chainlink (seq, shape_id, source, row_id, salt, veil, field_hashes, leaf, link)"
    " FROM STDIN (FORMAT BINARY)"
)
COPIED = ["int8", "int8", "varchar", "varchar", "bytea", "bytea", "bytea", "bytea", "bytea"]

Note = tuple[str, str]  # source, row id


@dataclass(frozen=True, slots=True)
class End:
    """Where the chain ends: the last sequence number (0: nothing yet), its link, and the hash that it is made with."""

    seq: int
    link: bytes
    algorithm: str

    @property
    def digest(self) -> hashing.Digest:
        return hashing.DIGESTS[self.algorithm]


@dataclass(frozen=True, slots=True)
class Backlog:
    """Rows in the chain, waiting for it, and under a signed head; `lag_seconds` is the age of the oldest that waits."""

    links: int
    waiting: int
    lag_seconds: float
    signed: int


def is_wanted() -> bool:
    """Whether any row waits: one question, where taking the lock to find nothing is four."""
    return UnsealedRow.objects.exists()


def seal_batch(limit: int = BATCH) -> int:
    """Chain up to so many waiting rows; returns how many, 0 also when another sequencer is at work."""
    with transaction.atomic():
        if not _alone():
            return 0
        notes = _take(limit)
        if notes:
            _write(end(), _without_linked(notes))
    return len(notes)


def seal_everything() -> int:
    """Chain what waits until nothing is left, waiting for a sequencer that is at work; returns how many."""
    total = 0
    while True:
        with transaction.atomic():
            lock()
            notes = _take(BATCH)
            if not notes:
                return total
            _write(end(), _without_linked(notes))
        total += len(notes)


def end() -> End:
    """The chain's end; a chain keeps the hash that it began with, whatever the setting says later."""
    last = ChainLink.objects.select_related("shape").order_by("-seq").first()
    if last is None:
        return End(0, hashing.GENESIS, settings.AUDIT_HASH)
    return End(last.seq, bytes(last.link), last.shape.algorithm)


def backlog() -> Backlog:
    """How far the chain and its heads are behind what is committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(written_at)), 0)"
            " FROM kernel_unsealedrow"
        )
        waiting, lag = cursor.fetchone() or (0, 0)
    signed = ChainHead.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    return Backlog(links=end().seq, waiting=waiting, lag_seconds=max(0.0, float(lag)), signed=signed)


def read_hashes(level: int, first: int, below: int) -> list[bytes]:
    """Leaves (level 0) or kept nodes, for `tree`."""
    if level == 0:
        links = ChainLink.objects.filter(seq__gt=first, seq__lte=below).order_by("seq")
        return [bytes(leaf) for leaf in links.values_list("leaf", flat=True)]
    nodes = ChainNode.objects.filter(level=level, number__gte=first, number__lt=below).order_by("number")
    return [bytes(found) for found in nodes.values_list("hash", flat=True)]


def lock() -> None:
    """Wait to be the only one at the chain until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _take(limit: int) -> list[Note]:
    """Remove the oldest notes; notes of a source that this version does not know stay for one that does."""
    names = [source.name for source in sources.sources()]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_unsealedrow WHERE id IN"
            " (SELECT id FROM kernel_unsealedrow WHERE source = ANY(%s) ORDER BY id LIMIT %s)"
            " RETURNING id, source, row_id",
            [names, limit],
        )
        return [(row[1], row[2]) for row in sorted(cursor.fetchall())]


def _without_linked(notes: Sequence[Note]) -> list[Note]:
    """A note that was forged for a linked row, or twice, must not stop the sequencer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source, row_id FROM kernel_chainlink"
            " WHERE (source, row_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [[note[0] for note in notes], [note[1] for note in notes]],
        )
        linked = set(cursor.fetchall())
    found = [note for note in dict.fromkeys(notes) if note not in linked]
    if len(found) < len(notes):
        log.warning("seal_noted_twice", count=len(notes) - len(found))
    return found


def _write(before: End, notes: Sequence[Note]) -> None:
    rows = _links(before, notes)
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(COPIED)
        for row in rows:
            copy.write_row(row)
    size = before.seq + len(rows)
    for level, number, found in tree.completed(before.digest, read_hashes, before.seq, size):
        ChainNode.objects.create(level=level, number=number, hash=found)


def _links(before: End, notes: Sequence[Note]) -> list[tuple[object, ...]]:
    """The rows of the chain for these notes, in their order, as COPY takes them."""
    texts, shapes = _read(before.algorithm, notes)
    random = os.urandom(2 * hashing.SALT * len(notes))
    digest, link = before.digest, before.link
    rows: list[tuple[object, ...]] = []
    for place, (source, row_id) in enumerate(notes):
        values = texts[source].get(row_id)
        shape = shapes[source] if values is not None else sources.shape_of_missing(source, before.algorithm)
        salt = random[place * 32 : place * 32 + 16]
        veil = random[place * 32 + 16 : place * 32 + 32]
        seq = before.seq + place + 1
        found = hashing.field_hashes(digest, shape.fields, values or (), hidden=shape.hidden, salt=salt, veil=veil)
        leaf = hashing.leaf(digest, source, row_id, found)
        link = hashing.link(digest, link, seq, leaf)
        rows.append((seq, shape.pk, source, row_id, salt, veil, b"".join(found), leaf, link))
    return rows


def _read(algorithm: str, notes: Sequence[Note]) -> tuple[dict[str, dict[str, sources.Values]], dict[str, SealShape]]:
    """The texts of the noted rows by source and id, and the form in which each source is sealed."""
    texts, shapes = {}, {}
    for name in {note[0] for note in notes}:
        source = sources.source(name)
        if source is None:
            raise LookupError(name)
        texts[name] = source.read(source.fields, [row_id for of, row_id in notes if of == name])
        shapes[name] = sources.shape_of(source, algorithm)
    return texts, shapes
