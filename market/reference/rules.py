"""What must hold in a code list before it may be loaded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class ListedCode:
    """One row of a data file; `source` is empty where it is that of the list."""

    code: str
    name_zh: str
    name_en: str
    parent: str
    valid_from: date
    valid_until: date | None
    replaced_by: str
    evidence: str
    source: str


@dataclass(frozen=True, slots=True)
class ListedScheme:
    """A code list as the data files have it, in their order."""

    scheme: str
    name_zh: str
    name_en: str
    standard: str
    source: str
    parent_scheme: str
    codes: tuple[ListedCode, ...]


def faults(lists: Sequence[ListedScheme]) -> list[str]:
    """What is wrong with the lists, one sentence each; nothing when they may be loaded."""
    known = {listed.scheme: {row.code for row in listed.codes} for listed in lists}
    return [f"{listed.scheme}: {fault}" for listed in lists for fault in _faults_of(listed, known)]


def _faults_of(listed: ListedScheme, known: Mapping[str, set[str]]) -> Iterator[str]:
    if listed.parent_scheme and listed.parent_scheme not in known:
        yield f"its parents stand in {listed.parent_scheme!r}, which is no list"
    own = known[listed.scheme]
    parents = known.get(listed.parent_scheme, own) if listed.parent_scheme else own
    for row in listed.codes:
        if row.parent and row.parent not in parents:
            yield f"{row.code} stands below {row.parent!r}, which is not listed"
        if row.replaced_by and row.replaced_by not in own:
            yield f"{row.code} is replaced by {row.replaced_by!r}, which is not listed"
    if not listed.parent_scheme:
        yield from (f"{code} stands above itself" for code in _in_circles({r.code: r.parent for r in listed.codes}))
    successors = {row.code: row.replaced_by for row in listed.codes if row.replaced_by}
    yield from (f"{code} replaces itself" for code in _in_circles(successors))
    yield from _overlaps(listed.codes)


def _in_circles(following: Mapping[str, str]) -> Iterator[str]:
    """The codes from which following leads back to where one has been."""
    for start in following:
        seen, code = {start}, following[start]
        while code and code not in seen:
            seen.add(code)
            code = following.get(code, "")
        if code:
            yield start


def _overlaps(codes: Sequence[ListedCode]) -> Iterator[str]:
    ordered = sorted(codes, key=lambda row: (row.code, row.valid_from))
    for row, following in pairwise(ordered):
        if row.code == following.code and (row.valid_until is None or row.valid_until > following.valid_from):
            yield f"{row.code} means two things on {following.valid_from}"
