"""Does a listing meet a query? The rules of the search itself, for one document at a time and without an engine.

`elastic._matching` says them to Elasticsearch; a test holds the two together. `anchors` and `Reading.keys` make the
question cheap: who meets a query shares a key with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from search.analysis import folding, minimum_match, synonyms, text
from search.find import query as query_rules
from search.find.query import SearchQuery
from search.index.documents import Document
from search.index.facets import FRESHNESS, RECENT

EVERYTHING = "*"


class Field:
    """One field of a document as tokens."""

    def __init__(self, original: str) -> None:
        single, double = text.fields(original)
        self.unigrams = single.split()
        self.tokens = frozenset(double.split()).union(self.unigrams)
        self.line = _line(self.unigrams)

    def holds_phrase(self, line: str) -> bool:
        return line in self.line


class Reading:
    """A document, read once for many queries."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.fields = (Field(document.title), Field(document.text), Field("\n".join(document.names)))
        self.tokens = Field("\n".join(document.codes)).tokens.union(*(field.tokens for field in self.fields))
        self.identifiers = frozenset(text.identifier(number) for number in document.identifiers)

    @cached_property
    def keys(self) -> frozenset[int]:
        """What a query's anchors are looked up in; some more than needed does no harm."""
        names = {EVERYTHING, f"kind={self.document.kind}", *(f"={number}" for number in self.identifiers)}
        names |= {f"{name}={code}" for name, codes in self.document.facets.items() for code in codes}
        names |= self.tokens
        for field in self.fields:
            names.update(_pairs(field.unigrams))
        return frozenset(map(key, names))

    def holds_enough(self, tokens: Sequence[str]) -> bool:
        may_miss = minimum_match.missing(len(tokens))
        if not may_miss:
            return self.tokens.issuperset(tokens)
        return len(tokens) - sum(map(self.tokens.__contains__, tokens)) <= may_miss


@dataclass(frozen=True)
class Wanted:
    """A query, read once for many documents."""

    query: SearchQuery

    @cached_property
    def wordings(self) -> list[list[str]]:
        return [[token.text for token in text.bigrams(words)] for words in self.query.wordings]

    @cached_property
    def identifier(self) -> str:
        return self.query.identifier

    @cached_property
    def phrases(self) -> list[list[str]]:
        return [_unigrams(phrase) for phrase in self.query.phrases]

    @cached_property
    def lines(self) -> tuple[list[str], list[str]]:
        """Phrases required and phrases excluded."""
        excluded = [_unigrams(phrase) for phrase in self.query.excluded]
        return [_line(phrase) for phrase in self.phrases], [_line(phrase) for phrase in excluded]


def meets(wanted: Wanted, reading: Reading, *, at: datetime) -> bool:
    """Whether a search asked at that time would find the document, if its reader may see it."""
    query, document = wanted.query, reading.document
    if query.kind not in ("", document.kind) or not query.is_understood:
        return False
    if not all(_is_ticked(document, name, codes, at) for name, codes in query.facets.items()):
        return False
    if query.words and not _has_words(wanted, reading):
        return False
    required, excluded = wanted.lines
    if any(field.holds_phrase(line) for line in excluded for field in reading.fields):
        return False
    return all(any(field.holds_phrase(line) for field in reading.fields) for line in required)


def _has_words(wanted: Wanted, reading: Reading) -> bool:
    return wanted.identifier in reading.identifiers or any(map(reading.holds_enough, wanted.wordings))


def _is_ticked(document: Document, name: str, codes: Sequence[str], at: datetime) -> bool:
    if name == RECENT.name:
        widest = max((FRESHNESS[code] for code in codes if code in FRESHNESS), default=timedelta(0))
        return document.published_at >= at - widest
    return not set(codes).isdisjoint(document.facets.get(name, ()))


def guessed(name: str) -> int:
    """How common a token is thought to be: longer ones are Latin words and numbers, which are rarer."""
    return -len(name)


def anchors(query: SearchQuery, *, common: Callable[[str], int] = guessed) -> list[int]:
    """Keys of which every document that meets the query has at least one; as few and as rare as can be."""
    return anchors_of(Wanted(query), common)


def anchors_of(wanted: Wanted, common: Callable[[str], int]) -> list[int]:
    """The same of a query that was read already."""
    return sorted(set(map(key, _anchors(wanted, common))))


def _anchors(wanted: Wanted, common: Callable[[str], int]) -> Iterable[str]:
    query = wanted.query
    if not query.is_understood:
        return []
    if wanted.phrases:
        return [min((name for phrase in wanted.phrases for name in _pairs(phrase) or phrase), key=common)]
    if query.words:
        found = [f"={wanted.identifier}"]
        for tokens in wanted.wordings:
            found += sorted(tokens, key=common)[: minimum_match.missing(len(tokens)) + 1]  # one more than may be absent
        return found
    for name, codes in query.facets.items():
        if name != RECENT.name:
            return [f"{name}={code}" for code in codes]
    return [f"kind={query.kind}" if query.kind else EVERYTHING]


@cache
def rules() -> str:
    """A fingerprint of all that anchors are made by; stored ones are made anew once a release changed it."""
    made_by = [Path(module.__file__ or "") for module in (minimum_match, folding, query_rules, synonyms, text)]
    files = [Path(__file__), synonyms.FILE, *made_by]
    return blake2b(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


@lru_cache(maxsize=50_000)  # the same words come again in every listing
def key(name: str) -> int:
    """A name as a number that fits an index, however long it is."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _unigrams(phrase: str) -> list[str]:
    return [token.text for token in text.unigrams(phrase)]


def _pairs(tokens: Sequence[str]) -> list[str]:
    """Neighbours; two Han characters are written as the bigram that they mostly are."""
    return [
        first + second if len(first) == len(second) == 1 else f"{first} {second}" for first, second in pairwise(tokens)
    ]


def _line(tokens: Sequence[str]) -> str:
    return f" {' '.join(tokens)} "
