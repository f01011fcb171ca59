"""What comes close, where a query finds less than a screenful: fewer of its words, or a title that means the same.

None of it counts: totals, facets, pages and saved searches are those of the query as it was typed. Who may see what,
ticked facets, phrases and exclusions hold for it all the same. Both engines answer it alike; the lists of words and of
meaning are joined by reciprocal rank, since their scores do not compare.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Thread
from uuid import UUID

from search.analysis import text
from search.find import elastic, fallback
from search.find.query import Scope, SearchQuery
from search.find.results import Hit
from search.index import encoder, engine

SCREENFUL = 20
POOL = 30  # of each list
RANK_CONSTANT = 60  # Cormack, Clarke, Büttcher (2009)
LONGEST = 100  # what is longer than this is no query whose meaning one vector could hold
FILE = Path(__file__).parent / "data" / "fillers.txt"
_DIGITS = re.compile("[0-9]")


def is_widened(query: SearchQuery) -> bool:
    """Whether coming close means anything for a query: of words, but not of one number."""
    tokens = text.bigrams(query.words)
    return any(not _DIGITS.search(token.text) for token in tokens) and not query.is_identifying


def by_engine(query: SearchQuery, *, scope: Scope, found: Iterable[Hit], size: int) -> list[Hit]:
    """At most `size` hits beside those found, best first; raises EngineAway."""
    core = core_of(query.words)
    lines = [{}, elastic.near_words_body(query, core, scope=scope, size=POOL)]
    if (meaning := meaning_of(core)) is not None:
        lines += [{}, elastic.near_meaning_body(query, meaning, scope=scope, size=POOL)]
    known = {(hit.kind, hit.id) for hit in found}
    lists = [elastic.near_hits(answer, core) for answer in engine.search_many(lines)]
    return _joined(lists, known)[:size]


def by_database(query: SearchQuery, *, scope: Scope, found: Iterable[Hit], size: int) -> list[Hit]:
    """The same by PostgreSQL."""
    core = core_of(query.words)
    lists = [fallback.near_words(query, core, scope=scope, size=POOL)]
    if (meaning := meaning_of(core)) is not None:
        lists.append(fallback.near_meaning(query, core, meaning, scope=scope, size=POOL))
    known = {(hit.kind, hit.id) for hit in found}
    return _joined(lists, known)[:size]


def core_of(words: str) -> str:
    """The words without those of a question and those that every listing has; as typed, where nothing else is left."""
    core = " ".join(_fillers().sub(" ", text.normalised(words[:LONGEST])).split())
    return core or words


@lru_cache(maxsize=1000)
def _meaning(core: str) -> tuple[float, ...]:
    return tuple(encoder.encode([core], is_query=True)[0].sentence.tolist())


def meaning_of(core: str) -> Sequence[float] | None:
    """float[384]; None where there is no model, or while it is being loaded, for which nobody waits."""
    if not encoder.is_available():
        return None
    if not encoder.is_loaded():
        Thread(target=encoder.load, name="search-encoder", daemon=True).start()
        return None
    return _meaning(core)


def _joined(lists: Sequence[Sequence[Hit]], known: set[tuple[str, UUID]]) -> list[Hit]:
    scores: dict[tuple[str, UUID], float] = {}
    hits: dict[tuple[str, UUID], Hit] = {}
    for ranked in lists:
        for rank, hit in enumerate(ranked):
            key = hit.kind, hit.id
            scores[key] = scores.get(key, 0.0) + 1 / (RANK_CONSTANT + rank)
            hits.setdefault(key, hit)
    ordered = sorted(scores, key=lambda key: (-scores[key], str(key[1])))
    return [hits[key] for key in ordered if key not in known]


@cache
def _fillers() -> re.Pattern[str]:
    words = FILE.read_text(encoding="utf-8").split()
    return re.compile("|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))))
