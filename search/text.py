"""Text into tokens: the only place that does it, for the index, for queries, and for the fallback alike.

NFKC, lower case, Traditional → Simplified, Han unigrams and bigrams, Latin words and numbers with their units.
Each token knows where it stands in the original, so that highlights are cut from what was written.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

MAX_CHARACTERS = 20_000  # of one field; what lies behind is not searched
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
# A number keeps its sign of comparison apart and its unit attached: 10kv, 99.9%, 5g, lifepo4.
_RUN = re.compile(rf"([{HAN}]+)|([a-z0-9µμ]+(?:[.\-+/][a-z0-9]+)*%?)")
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of Han characters, or one Latin or numeric word.

    `starts[i]` and `ends[i]` are the offsets in the original of the i-th character of `text`.
    """

    text: str
    is_han: bool
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands in the original."""

    text: str
    start: int
    end: int


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _fold(character: str) -> str:
    """One character, normalised by itself so that offsets hold; ideographs become simplified ones."""
    folded = unicodedata.normalize("NFKC", character).lower()
    simplified: str = _converter().convert(folded) if _HAN.search(folded) else folded
    return simplified


def runs(text: str) -> Iterator[Run]:
    """The stretches of a text, in order; linear in its length."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for position, character in enumerate(text[:MAX_CHARACTERS]):
        for folded in _fold(character):
            characters.append(folded)
            starts.append(position)
            ends.append(position + 1)
    for found in _RUN.finditer("".join(characters)):
        first, last = found.span()
        yield Run(found.group(), found.group(1) is not None, tuple(starts[first:last]), tuple(ends[first:last]))


def unigrams(text: str) -> list[Token]:
    """Han characters one by one, other words whole."""
    tokens: list[Token] = []
    for run in runs(text):
        if run.is_han:
            tokens += [Token(char, start, end) for char, start, end in zip(run.text, run.starts, run.ends, strict=True)]
        else:
            tokens.append(Token(run.text, run.starts[0], run.ends[-1]))
    return tokens


def bigrams(text: str) -> list[Token]:
    """Pairs of neighbouring Han characters; a lone character and other words whole."""
    tokens: list[Token] = []
    for run in runs(text):
        if not run.is_han or len(run.text) == 1:
            tokens.append(Token(run.text, run.starts[0], run.ends[-1]))
        else:
            tokens += [
                Token(run.text[at : at + 2], run.starts[at], run.ends[at + 1]) for at in range(len(run.text) - 1)
            ]
    return tokens


def as_field(tokens: list[Token]) -> str:
    """Tokens as the whitespace-analysed field of the index takes them."""
    return " ".join(token.text for token in tokens)


def unique(tokens: list[Token]) -> list[str]:
    """The distinct tokens, in order of appearance."""
    return list(dict.fromkeys(token.text for token in tokens))


def normalised(text: str) -> str:
    """The text as its tokens see it, runs separated by one space; normalising again changes nothing."""
    return " ".join(run.text for run in runs(text))


def identifier(text: str) -> str:
    """A number as it is compared: its letters and digits, in capitals, without dots, blanks and hyphens."""
    return "".join(char for char in unicodedata.normalize("NFKC", text[:200]).upper() if char.isalnum())


def phrases(first: str, second: str, *, shortest: int = 2, most: int = 5) -> list[str]:
    """The longest stretches that two texts share, longest first, none inside another."""
    ours, theirs = list(runs(first)), [run.text for run in runs(second)]
    other = "\n".join(theirs)
    found: dict[str, None] = {}
    for run in ours:
        if not run.is_han:
            if run.text in theirs and len(run.text) > 1:
                found[run.text] = None
            continue
        at = 0
        while at <= len(run.text) - shortest:
            length = _longest(run.text, at, other, shortest)
            if length:
                found[run.text[at : at + length]] = None
            at += max(length, 1)
    ordered = sorted(found, key=lambda phrase: (-len(phrase), phrase))
    kept: list[str] = []
    for phrase in ordered:
        if not any(phrase in longer for longer in kept):
            kept.append(phrase)
    return kept[:most]


def _longest(text: str, at: int, other: str, shortest: int) -> int:
    length = shortest
    if text[at : at + length] not in other:
        return 0
    while at + length < len(text) and text[at : at + length + 1] in other:
        length += 1
    return length
