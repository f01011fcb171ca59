"""What comes close, where a query finds less than a screenful: fewer of its words, or a title that means the same.

None of it counts: totals, facets, pages and saved searches are those of the query as it was typed. Who may see what,
ticked facets, phrases and exclusions hold for it all the same. Every backend answers it alike; the lists of words and
of meaning are joined by reciprocal rank, since their scores do not compare.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Thread
from uuid import UUID

import structlog

from search.analysis import text
from search.find.backends import Backend
from search.find.query import Scope, SearchQuery
from search.find.results import Hit
from search.index import encoder
from search.index.breaker import EngineAway

log = structlog.get_logger(__name__)

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


def near(backend: Backend, query: SearchQuery, *, scope: Scope, known: Sequence[Hit], size: int) -> list[Hit]:
    """What fills up a first page beside the hits that are known, best first; nothing where the backend goes away."""
    room = min(size, SCREENFUL) - len(known)
    if room <= 0 or not is_widened(query):
        return []
    core = core_of(query.words)
    try:
        lists = backend.near(query, core, meaning_of(core), scope=scope, size=POOL)
    except EngineAway as away:
        log.warning("search_not_widened", reason=str(away)[:200])
        return []
    return _joined(lists, {(hit.kind, hit.id) for hit in known})[:room]


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
