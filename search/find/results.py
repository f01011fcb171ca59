"""What a search answers, whichever engine answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from uuid import UUID

from django.utils.safestring import SafeString

from search.analysis import text

SNIPPET = 140


@dataclass(frozen=True, slots=True)
class Hit:
    """One found listing; the highlights are safe HTML cut from the original text.

    `wider`: it only comes close to the query.
    """

    kind: str
    id: UUID
    title: str
    published_at: datetime
    score: float | None
    title_html: SafeString
    snippet_html: SafeString
    wider: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """A listing offered while one types."""

    kind: str
    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many hits have a code of a facet."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits. `is_degraded` says that PostgreSQL answered in a plainer form: facets may be missing.

    `wider` fills up the screen where the query itself finds less; it is in no count and on no other page. `next` is
    where the next page begins, None behind the last.
    """

    items: Sequence[Hit]
    total: int
    facets: Mapping[str, Sequence[Bucket]]
    took_ms: int
    is_degraded: bool
    next: str | None
    wider: Sequence[Hit] = ()


def highlight(original: str, wanted: frozenset[str]) -> SafeString:
    """The text, escaped, with every wanted token marked where it stands in the original."""
    return _marked(original, text.spans(original, wanted))


def snippet(original: str, wanted: frozenset[str]) -> SafeString:
    """A piece of the text around its first wanted token."""
    spans = text.spans(original, wanted)
    start = max(0, spans[0][0] - 30) if spans else 0
    end = min(len(original), start + SNIPPET)
    inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
    before, after = "…" if start else "", "…" if end < len(original) else ""
    return SafeString(f"{before}{_marked(original[start:end], inside)}{after}")  # both parts are escaped


def wanted_tokens(wordings: Sequence[str], phrases: Sequence[str]) -> frozenset[str]:
    """The tokens to mark: bigrams and whole words; a lone character would mark too much."""
    return frozenset(token.text for part in (*wordings, *phrases) for token in text.bigrams(part))


def _marked(original: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += [escape(original[at:start]), "<mark>", escape(original[start:end]), "</mark>"]
        at = end
    return SafeString("".join([*pieces, escape(original[at:])]))  # every piece is escaped
