"""Words of the field that mean the same, from a data file; applied when a query is asked, never in the index."""

import csv
import re
from functools import cache
from pathlib import Path

from search.analysis import text

WEIGHT = 0.5  # of a rewritten query against the one that was typed
MOST = 6
LONGEST = 200
FILE = Path(__file__).parent / "data" / "synonyms.csv"


def variants(words: str) -> tuple[str, ...]:
    """The words with one term replaced by one of its synonyms, in normalised form; at most MOST."""
    normalised = text.normalised(words[:LONGEST])
    found: dict[str, None] = {}
    for term in _finder().finditer(normalised):
        for other in _groups()[term.group()]:
            found[normalised[: term.start()] + other + normalised[term.end() :]] = None
    return tuple(found)[:MOST]


def wordings(words: str) -> tuple[str, ...]:
    """The words as they are, then their variants."""
    return (words, *variants(words))


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """For each term the others of its lines."""
    others: dict[str, dict[str, None]] = {}
    with FILE.open(encoding="utf-8", newline="") as lines:
        for line in csv.reader(lines):
            terms = [text.normalised(term) for term in line]
            for term in terms:
                others.setdefault(term, {}).update(dict.fromkeys(other for other in terms if other != term))
    return {term: tuple(found) for term, found in others.items()}


@cache
def _finder() -> re.Pattern[str]:
    """The longest term at each place; a Latin one only as a whole word."""
    terms = sorted(_groups(), key=lambda term: (-len(term), term))
    return re.compile("|".join(_whole(term) for term in terms))


def _whole(term: str) -> str:
    before = r"(?<![a-z0-9])" if term[0].isascii() else ""
    after = r"(?![a-z0-9])" if term[-1].isascii() else ""
    return f"{before}{re.escape(term)}{after}"
