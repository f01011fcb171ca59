"""One file for an auditor: every sealed row in its order, the signed heads, and the figures that were published.

Lines of JSON, written as they are read, from one snapshot of the database; `verify_turnover.py` beside this module
checks it offline. The kinds of lines, in their order:

    header   market, algorithm, made_at, key
    head     a signed head, as `heads.as_dict` gives it
    shape    shape, source, names: the columns that rows of this shape were sealed with
    figure   name, first, last, side, region, known_before, up_to_entry, where, and the amounts that were published
    row      seq, source, row, shape, salt, fields, hidden, hashes, leaf, link (`fields` is null for a row that is gone)
    waiting  source, row, fields: committed, and not sealed yet
    outside  source, row: neither sealed nor waiting, so it came past the triggers
    end      lines: how many lines the file has
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from contracts.turnover import queries
from contracts.turnover.models import TurnoverEntry
from contracts.turnover.rules import Period, Side, Snapshot, Sums
from market.kernel.chain import heads, proofs, sequencer, sources
from market.kernel.models import ChainHead, ChainLink, SealShape, UnsealedRow

PIECE = 2000
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """Sums that somebody was told, with what they are the sums of; `where` holds values of fields of the entries."""

    name: str
    period: Period
    side: Side
    region: str
    sums: Sums
    snapshot: Snapshot = field(default_factory=Snapshot)
    where: dict[str, str] = field(default_factory=dict)

    def line(self) -> Line:
        known_before = self.snapshot.known_before
        return {
            "kind": "figure",
            "name": self.name,
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
            "side": self.side.value,
            "region": self.region,
            "known_before": None if known_before is None else sources.instant(known_before),
            "up_to_entry": self.snapshot.up_to_entry,
            "where": self.where,
            **self.sums.as_dict(),
        }


Publisher = Callable[[], Iterator[PublishedFigure]]
_publishers: list[Publisher] = []


def register(publisher: Publisher) -> None:
    """Add a source of published figures: a room that publishes some has them checked with every bundle."""
    _publishers.append(publisher)


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a bundle, and the newest head in it (None where nothing is signed)."""

    lines: int
    rows: int
    entries: int
    head: Line | None


def write_evidence(target: IO[str], *, at: datetime) -> Written:
    """Seal and sign what is committed, then write the bundle from one snapshot; not inside a transaction."""
    heads.seal_and_sign(at=at)
    lines, rows, entries = 1, 0, 0
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for line in _lines(at):
            target.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            lines += 1
            rows += line["kind"] == "row"
            entries += line["kind"] == "row" and line["source"] == "turnover.entry"
        target.write(json.dumps({"kind": "end", "lines": lines}) + "\n")
        newest = heads.latest()
    return Written(lines, rows, entries, None if newest is None else heads.as_dict(newest))


def yearly_figures() -> Iterator[PublishedFigure]:
    """What the portal shows now: every year, on every side, in the market's own city."""
    region = settings.HOME_REGION
    for year in (on.year for on in TurnoverEntry.objects.dates("effective_on", "year")):
        figure = queries.figure(year=year)
        for side in Side:
            sums: Sums = getattr(figure, side.value)
            yield PublishedFigure(f"{year} {side} {region}", Period.year(year), side, region, sums)


def _lines(at: datetime) -> Iterator[Line]:
    yield {
        "kind": "header",
        "format": "technology-market evidence 1",
        "market": settings.MARKET_CODE,
        "algorithm": sequencer.end().algorithm,
        "made_at": sources.instant(at),
        "key": heads.public_key(),
    }
    yield from _heads()
    shapes = {shape.pk: shape for shape in SealShape.objects.order_by("id")}
    for shape in shapes.values():
        yield {"kind": "shape", "shape": shape.pk, "source": shape.source, "names": shape.fields}
    for publish in (yearly_figures, *_publishers):
        for figure in publish():
            yield figure.line()
    yield from _rows(shapes)
    yield from _unsealed()


def _heads() -> Iterator[Line]:
    """The last head of every day, and the newest: each of them stands for all before it."""
    days: dict[str, ChainHead] = {}
    for head in heads.heads().order_by("seq").iterator():
        days[head.at[:10]] = head
    for head in sorted(days.values(), key=lambda head: head.seq):
        yield {"kind": "head", **heads.as_dict(head)}


def _rows(shapes: dict[int, SealShape]) -> Iterator[Line]:
    links = ChainLink.objects.order_by("seq")
    last = 0
    while piece := list(links.filter(seq__gt=last)[:PIECE]):
        for link in piece:
            link.shape = shapes[link.shape_id]
        texts = {shape_id: _texts(shapes[shape_id], piece) for shape_id in {link.shape_id for link in piece}}
        for link in piece:
            line = proofs.line(link, texts[link.shape_id].get(link.row_id))
            del line["names"]
            yield {"kind": "row", **line, "shape": link.shape_id}
        last = piece[-1].seq


def _texts(shape: SealShape, links: list[ChainLink]) -> dict[str, dict[str, str | None]]:
    """The values of the piece's rows of one shape, by row; a column that the table no longer has is left out."""
    source = sources.source(shape.source)
    if source is None:
        return {}
    names = [name for name in shape.fields if name in source.columns]
    found = source.read(names, [link.row_id for link in links if link.shape_id == shape.pk])
    return {row_id: dict(zip(names, values, strict=True)) for row_id, values in found.items()}


def _unsealed() -> Iterator[Line]:
    for source in sources.sources():
        waiting = list(UnsealedRow.objects.filter(source=source.name).order_by("id").values_list("row_id", flat=True))
        shown = [name for name in source.fields if name not in source.hidden]
        texts = source.read(shown, waiting)
        for row_id in waiting:
            fields = dict(zip(shown, texts[row_id], strict=True)) if row_id in texts else None
            yield {"kind": "waiting", "seq": None, "source": source.name, "row": row_id, "fields": fields}
        for row_id in source.unlinked():
            yield {"kind": "outside", "source": source.name, "row": row_id}
