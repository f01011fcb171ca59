"""Text into tokens: the only place that does it, for the index, for queries, and for the fallback alike.

Han unigrams and bigrams, Latin words, and numbers with their units, of text that `folding` has made comparable.
Each token knows where it stands in the original, so that highlights are cut from what was written.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from operator import add
from typing import NamedTuple

from search.analysis.folding import HAN, MAX_CHARACTERS, folded

__all__ = ["MAX_CHARACTERS", "Run", "Token"]

REMEMBERED_CHARACTERS = 4000
_LETTER = rf"[^\W_{HAN}]"  # or digit, of any script: γ, é and я are as much of a word as x
_RAISED = r"\^[-+]?\^?[0-9]+"
_NUMBER = rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)*)(?:{_RAISED})?"
# What may stand behind a number, with or without a blank.
_UNIT = (
    r"(?:r/min|mbps|gbps|mmol|rpm|min|mol|pp[mb]|bar|lux|bit|[km]va|[kmg]wh|m?ah|wh|[kmg]?hz|[kmg]?pa|[km]?v|[kmμ]?a"
    r"|[kmg]?w|[kcdmμun]?m|[kmμu]?g|k?t|[mμ]?l|[mμun]s|db|[km]?n|[km]?j|[km]?ω|lm|lx|cd|[μp]?f|[gmkt]b|s|h|d|k)"
    r"(?:\^?[23])?"
)
_END = rf"(?![.\-+/^]?{_LETTER})"  # a word goes on here
_WORD = rf"{_LETTER}+(?:{_RAISED})*"
# Han; then numbers: 10kv (of 10 kV), 99.9%, 1000 (of 1,000), 40°c, 10^3, 7/00; then words: lifepo4, γ-al2o3, c++.
_RUN = re.compile(
    rf"([{HAN}]+)"
    rf"|({_NUMBER}(?:[-+/]{_NUMBER})*(?: {{0,2}}(?:%|‰|°[cf](?!{_LETTER})|{_UNIT}(?:/{_UNIT})?{_END})|{_END})"
    rf"|°[cf](?!{_LETTER})|[cf]\#(?!{_LETTER})"
    rf"|{_WORD}(?:[.\-+/]{_WORD})*(?:%|\+\+(?!{_LETTER}))?)"
)
_HAN = re.compile(f"[{HAN}]")
_PLAIN = re.compile("[^ ,^]*")
_RAISED_LETTER = re.compile(r"(?<=[^\W\d])\^")
_PART = re.compile(r"[^\-+/]+")


def canonical(found: str) -> str:
    """A word or number in the form that is compared: without blanks, thousands separators, and the sign of raising.

    A number keeps that sign: 10^3 is not 103.
    """
    if _PLAIN.fullmatch(found):
        return found
    plain = found.replace(" ", "").replace(",", "")
    return _RAISED_LETTER.sub("", plain.replace("^-^", "^-").replace("^+^", "^+")).replace("^+", "^")


def parts(word: str) -> list[str]:
    """What a compound consists of, under which it is found as well: γ-al2o3 by al2o3; empty for a simple word."""
    found = [] if "^" in word else _PART.findall(word)
    return found if len(found) > 1 else []


class Run(NamedTuple):
    """A stretch of Han characters, or one word or number in the form that is compared.

    `starts[i]` and `ends[i]` are the offsets in the original of the i-th character of Han; of a word only the first of
    `starts` and the last of `ends` mean something.
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


def has_words(text: str) -> bool:
    """Whether anything in it can be searched for."""
    return next(runs(text), None) is not None


def runs(text: str) -> Iterator[Run]:
    """The stretches of a text, in order; linear in its length."""
    whole, places = folded(text)
    is_plain = isinstance(places, range)
    for found in _RUN.finditer(whole):
        first, last = found.span()
        starts = places[first:last]
        ends = range(first + 1, last + 1) if is_plain else [place + 1 for place in starts]
        is_han = found.lastindex == 1
        yield Run(found.group() if is_han else canonical(found.group()), is_han, starts, ends)


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
    """Unigrams and bigrams as the index takes them, at once and without their offsets; compounds also by parts.

    What was cut lately is known still, since both copies and the alerts ask for the same listing one after another.
    """
    return _fields(text) if len(text) > REMEMBERED_CHARACTERS else _remembered(text)


def _fields(text: str) -> tuple[str, str]:
    single: list[str] = []
    double: list[str] = []
    for han, found in _RUN.findall(folded(text)[0]):
        if len(han) > 1:
            characters = list(han)  # once: each time a string is walked, its characters are made anew
            single += characters
            double += map(add, characters, characters[1:])
        elif han:
            single.append(han)
            double.append(han)
        else:
            word = canonical(found)
            single.append(word)
            double += [word, *parts(word)]
    return " ".join(single), " ".join(double)


_remembered = lru_cache(maxsize=1024)(_fields)


def spans(text: str, wanted: Collection[str]) -> list[tuple[int, int]]:
    """Where any of these bigrams and words stands in the original, in order, those that touch joined."""
    whole, places = folded(text)
    found: list[tuple[int, int]] = []
    words = set()
    for piece in wanted:
        if len(piece) > 2 or not _HAN.match(piece):
            words.add(piece)
            continue
        at = whole.find(piece)  # two ideographs side by side are always a bigram
        while at >= 0:
            found.append((at, at + len(piece)))
            at = whole.find(piece, at + 1)
    if words:
        for run in _RUN.finditer(whole):
            if run.lastindex != 1:
                found += _marks(run, words)
    joined: list[tuple[int, int]] = []
    for first, last in sorted(found):
        start, end = places[first], places[last - 1] + 1
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _marks(run: re.Match[str], words: set[str]) -> list[tuple[int, int]]:
    """A word that is wanted, or those of its parts that are."""
    word = canonical(run.group())
    if word in words:
        return [run.span()]
    if words.isdisjoint(parts(word)):
        return []
    pieces = _PART.finditer(run.group())
    return [
        (run.start() + piece.start(), run.start() + piece.end())
        for piece in pieces
        if canonical(piece.group()) in words
    ]


def as_field(tokens: list[Token]) -> str:
    """Tokens as the whitespace-analysed field of the index takes them."""
    return " ".join(token.text for token in tokens)


def unique(tokens: list[Token]) -> list[str]:
    """The distinct tokens, in order of appearance."""
    return list(dict.fromkeys(token.text for token in tokens))


def normalised(text: str) -> str:
    """The text as its tokens see it, runs separated by one space; normalising again changes nothing."""
    once = " ".join(run.text for run in runs(text))
    # A number and a unit that something dropped had kept apart stand side by side now.
    return " ".join(run.text for run in runs(once))


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
