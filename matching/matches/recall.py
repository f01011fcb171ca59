"""What proposing misses: the ranker's ten best of all listings against its ten best of those that are proposed.

Either side may be the one that asks: a demand for achievements, or an achievement for demands.

The texts are read from files. They live in this process and in an index of their own, and their vectors in tables
that only this connection sees.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection
from django.db.models import Model

from listings.catalog.models import Achievement, Demand
from matching.matches import listing_adapter, pairing
from matching.matches.models import Kind, Level, ListingVectors
from matching.matches.scorer import Scorer
from matching.scoring.evaluation import document
from matching.scoring.preparation import Prepared
from matching.scoring.statistics import Statistics
from matching.scoring.vectors import of_title
from search.find import candidates, evaluation
from search.find.candidates import Seeker
from search.index import encoder, vectors
from search.index.breaker import EngineAway
from search.index.models import TextVector

BEST = 10
CHUNK = 200
NAMESPACE = "recall"
BODIES = ("abstract", "content", "text")
CODES = ("technology_field", "local_industry")
Progress = Callable[[int, int], None]


class BadTexts(ValueError):
    """A file that is not JSON lines with a title; says which line."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many are proposed at most by words, and by meaning."""

    pool: int = candidates.POOL
    nearest: int = candidates.NEAREST


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of the ten best that were proposed, by what proposed them; `fitting` counts only what would be stored.

    `proposed` is the mean number of listings to be read for one that asks, `milliseconds` the time of proposing them.
    """

    size: Size
    words: float
    words_and_meaning: float
    all: float
    fitting: float
    proposed: float
    milliseconds: float


@dataclass
class Best:
    """The ten best of what was offered; of equal ones the one with the smaller id."""

    found: list[tuple[float, int, UUID, int]] = field(default_factory=list)

    def offer(self, score: float, listing_id: UUID, level: int) -> None:
        heapq.heappush(self.found, (score, -listing_id.int, listing_id, level))
        if len(self.found) > BEST:
            heapq.heappop(self.found)

    def ids(self, least: int = Level.NONE) -> set[UUID]:
        return {listing_id for _score, _order, listing_id, level in self.found if level >= least}


def measure(
    achievements: Sequence[Path],
    demands: Sequence[Path],
    sizes: Sequence[Size],
    *,
    seeking: Kind = Kind.DEMAND,
    progress: Progress = lambda done, total: None,
) -> list[Recall]:
    """One figure for each size; raises BadTexts, OSError, EngineAway.

    A score depends on its pair alone, so the ten best of the proposed are those of the ten best that are among them.
    """
    have = [row for file in achievements for row in _read(file, Achievement, "summary")]
    want = [row for file in demands for row in _read(file, Demand, "difficulties")]
    scorer = Scorer(Statistics.of(document(listing_adapter.profile_of(row)) for row in [*have, *want]))
    rows = {Kind.DEMAND: want, Kind.ACHIEVEMENT: have}
    asking, offered = rows[seeking], rows[listing_adapter.OTHER[seeking]]
    with _own_table(TextVector), _own_table(ListingVectors):
        best = _best(scorer, seeking, asking, offered, progress)
        items = [(str(row.id), row.title, listing_adapter.body(row)) for row in offered]
        with evaluation.index_of(items, NAMESPACE, has_meaning=True) as keys:
            ids = {UUID(key.partition(":")[2]): UUID(item_id) for key, item_id in keys.items()}
            return [_recall(size, scorer, seeking, asking, best, ids) for size in sizes]


def _best(
    scorer: Scorer, seeking: Kind, asking: Sequence[Any], offered: Sequence[Any], progress: Progress
) -> dict[UUID, Best]:
    """The ranker's ten best of all, for each that asks; every pair is scored."""
    best = {row.id: Best() for row in asking}
    own = scorer.prepare(seeking, asking)
    for start in range(0, len(offered), CHUNK):
        chunk = offered[start : start + CHUNK]
        sides = list(_prepared(scorer, listing_adapter.OTHER[seeking], chunk).values())
        for listing_id, side in own.items():
            for row, pair in zip(chunk, scorer.score_side(seeking, side, sides), strict=True):
                best[listing_id].offer(pair.score, row.id, pair.level)
        progress(start + len(chunk), len(offered))
    return best


def _prepared(scorer: Scorer, kind: Kind, chunk: Sequence[Any]) -> dict[UUID, Prepared]:
    """As the scorer prepares them, with the vectors of their titles for the index.

    An achievement's title goes through the model once for both.
    """
    if kind == Kind.DEMAND or not encoder.is_available():
        vectors.ensure(row.title for row in chunk)
        return scorer.prepare(kind, chunk)
    encoded = encoder.encode([row.title for row in chunk], is_query=False)
    vectors.keep({row.title: found.sentence for row, found in zip(chunk, encoded, strict=True)})
    return {
        row.id: Prepared.of(listing_adapter.profile_of(row), of_title(found))
        for row, found in zip(chunk, encoded, strict=True)
    }


def _recall(
    size: Size,
    scorer: Scorer,
    seeking: Kind,
    asking: Sequence[Any],
    best: Mapping[UUID, Best],
    ids: Mapping[UUID, UUID],
) -> Recall:
    own = scorer.prepare(seeking, asking)
    seekers = [replace(pairing.seeker_of(seeking, row, own[row.id]), kind=evaluation.KIND) for row in asking]
    ways = (
        [replace(seeker, embedding=None, codes={}) for seeker in seekers],
        [replace(seeker, codes={}) for seeker in seekers],
        seekers,
    )
    proposed: list[list[set[UUID]]] = []
    taken = 0.0
    for way in ways:
        began = perf_counter()
        proposed.append([{ids[listing_id] for listing_id in found} for found in _proposed(way, size)])
        taken = perf_counter() - began
    words, words_and_meaning, everything = (_share(best, asking, found) for found in proposed)
    return Recall(
        size=size,
        words=words,
        words_and_meaning=words_and_meaning,
        all=everything,
        fitting=_share(best, asking, proposed[-1], least=Level.WEAK),
        proposed=sum(map(len, proposed[-1])) / len(asking),
        milliseconds=taken * 1000 / len(asking),
    )


def _proposed(seekers: Sequence[Seeker], size: Size) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(seekers), 8):
        for proposal in candidates.propose(seekers[start : start + 8], pool=size.pool, nearest=size.nearest):
            if proposal.is_degraded:
                raise EngineAway("it went away during the measurement")
            yield proposal.ids


def _share(
    best: Mapping[UUID, Best], asking: Sequence[Any], proposed: Sequence[set[UUID]], *, least: int = Level.NONE
) -> float:
    """Mean over those that have any; 1 where none has."""
    shares = [
        len(tops & found) / len(tops)
        for row, found in zip(asking, proposed, strict=True)
        if (tops := best[row.id].ids(least))
    ]
    return sum(shares) / len(shares) if shares else 1.0


@contextmanager
def _own_table(model: type[Model]) -> Iterator[None]:
    """For this connection the table is an empty one, until the block ends."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE "{table}" (LIKE "{table}" INCLUDING ALL)')
        try:
            yield
        finally:
            cursor.execute(f'DROP TABLE pg_temp."{table}"')


def _read(file: Path, model: type[Achievement] | type[Demand], body: str) -> Iterator[Any]:
    """Listings that are never saved, one for each line with a title and a text under any of its usual names."""
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            title = found["title"].strip()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadTexts(f"{file}:{number}: not a JSON object with a title ({type(error).__name__})") from error
        text = "\n".join(str(found[name]) for name in BODIES if found.get(name))
        codes = {name: str(found[name]) for name in CODES if found.get(name)}
        row_id = uuid5(NAMESPACE_URL, f"{file.name}:{number}")
        yield model(id=row_id, title=title, industries=_strings(found.get("industries")), **{body: text}, **codes)


def _strings(value: Iterable[Any] | None) -> list[str]:
    return [str(item) for item in value or ()]
