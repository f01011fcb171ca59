"""Text into tokens: the only place that does it, for the index, for queries, and for the fallback alike.

NFKC, lower case, Traditional → Simplified, Han unigrams and bigrams, Latin words and numbers with their units.
Each token knows where it stands in the original, so that highlights are cut from what was written.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from operator import add
from typing import NamedTuple

from opencc import OpenCC

MAX_CHARACTERS = 20_000  # of one field; what lies behind is not searched
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
# A number keeps its sign of comparison apart and its unit attached: 10kv, 99.9%, 5g, lifepo4.
_RUN = re.compile(rf"([{HAN}]+)|([a-z0-9µμ]+(?:[.\-+/][a-z0-9]+)*%?)")
_HAN = re.compile(f"[{HAN}]")
_TOKEN = re.compile(rf"[{HAN}a-z0-9µμ.\-+/%]")  # what _RUN could take into a run


class Run(NamedTuple):
    """A stretch of Han characters, or one Latin or numeric word.

    `starts[i]` and `ends[i]` are the offsets in the original of the i-th character of `text`.
    """

    text: str
    is_han: bool
    starts: Sequence[int]
    ends: Sequence[int]


class Token(NamedTuple):
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


@cache
def _changing() -> re.Pattern[str]:
    """The characters that folding makes into others than lower case does, where tokens or offsets could tell."""
    characters = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    # One line for each, since looking characters up one by one takes twenty times as long.
    lines = "\n".join(unicodedata.normalize("NFKC", char).lower() if char != "\n" else " " for char in characters)
    found = [
        char
        for char, folded in zip(characters, _converter().convert(lines).split("\n"), strict=True)
        if len(lower := char.lower()) != 1
        or len(folded) != 1
        or (folded != lower and _TOKEN.search(folded + lower) is not None)
    ]
    return re.compile(f"[{re.escape(''.join(found))}\U00010000-\U0010ffff]")


def folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as tokens are cut from it, and where each of its characters stands in the original."""
    text = text[:MAX_CHARACTERS]
    whole = _changing().sub(lambda found: _fold(found.group()), text).lower()
    if len(whole) == len(text):  # no character folds to none, so each is still at its own place
        return whole, range(len(text))
    places: list[int] = []
    for found in _changing().finditer(text):
        places += range(places[-1] + 1 if places else 0, found.start())
        places += [found.start()] * len(_fold(found.group()))
    places += range(places[-1] + 1, len(text))
    return whole, places


def runs(text: str) -> Iterator[Run]:
    """The stretches of a text, in order; linear in its length."""
    whole, places = folded(text)
    is_plain = isinstance(places, range)
    for found in _RUN.finditer(whole):
        first, last = found.span()
        starts = places[first:last]
        ends = range(first + 1, last + 1) if is_plain else [place + 1 for place in starts]
        yield Run(found.group(), found.lastindex == 1, starts, ends)


def unigrams(text: str) -> list[Token]:
    """Han characters one by one, other words whole."""
    tokens: list[Token] = []
    for run in runs(text):
        if run.is_han:
            tokens += map(Token, run.text, run.starts, run.ends)
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
            tokens += map(Token, map(add, run.text, run.text[1:]), run.starts, run.ends[1:])
    return tokens


def fields(text: str) -> tuple[str, str]:
    """Unigrams and bigrams as `as_field` gives them, at once and without their offsets."""
    single: list[str] = []
    double: list[str] = []
    for han, word in _RUN.findall(folded(text)[0]):
        if len(han) > 1:
            characters = list(han)  # once: each time a string is walked, its characters are made anew
            single += characters
            double += map(add, characters, characters[1:])
        else:
            single.append(han or word)
            double.append(han or word)
    return " ".join(single), " ".join(double)


def spans(text: str, wanted: Collection[str]) -> list[tuple[int, int]]:
    """Where any of these bigrams and words stands in the original, in order, those that touch joined."""
    whole, places = folded(text)
    found: list[tuple[int, int]] = []
    words = []
    for piece in wanted:
        if len(piece) != 2 or not _HAN.match(piece):
            words.append(piece)
            continue
        at = whole.find(piece)  # two ideographs side by side are always a bigram
        while at >= 0:
            found.append((at, at + 2))
            at = whole.find(piece, at + 1)
    if any(word in whole for word in words):
        found += [run.span() for run in _RUN.finditer(whole) if run.group() in words]
    joined: list[tuple[int, int]] = []
    for first, last in sorted(found):
        start, end = places[first], places[last - 1] + 1
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


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
