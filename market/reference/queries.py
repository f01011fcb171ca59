"""Looking codes up, from a copy of each list in the process.

A copy is used as long as its fingerprint is that of the database. The fingerprints are read once a request, and at
least every CHECK_SECONDS outside requests, so looking up a thousand labels costs one query and a load elsewhere is
seen by the next request.
"""

import threading
from collections.abc import Iterable, Mapping
from datetime import date
from time import monotonic
from typing import Any

from market.kernel.problems import NotFound
from market.reference.codebook import CodeBook, CodeEntry, in_active_language
from market.reference.models import Code, CodeList

CHECK_SECONDS = 30.0


class UnknownScheme(LookupError):
    """No such list: a misspelled scheme, or a database in which `manage.py load_reference` has not run."""


class _Checked(threading.local):
    """The fingerprints of the database as this thread last saw them."""

    fingerprints: Mapping[str, str] | None = None
    stale_after = 0.0


_checked = _Checked()
_books: dict[str, CodeBook] = {}


def forget(**_: Any) -> None:
    """Have this thread ask the database for the fingerprints again; called as a request begins, and by a load."""
    _checked.fingerprints = None


def _fingerprints() -> Mapping[str, str]:
    if _checked.fingerprints is None or monotonic() >= _checked.stale_after:
        _checked.fingerprints = dict(CodeList.objects.values_list("scheme", "fingerprint"))
        _checked.stale_after = monotonic() + CHECK_SECONDS
    return _checked.fingerprints


def book(scheme: str) -> CodeBook:
    """The whole list. Raises UnknownScheme."""
    expected = _fingerprints().get(scheme)
    if expected is None:
        raise UnknownScheme(f"no code list {scheme!r}; has load_reference run?")
    found = _books.get(scheme)
    if found is None or found.fingerprint != expected:
        found = _books[scheme] = _read(scheme, expected)
    return found


def _read(scheme: str, expected: str) -> CodeBook:
    # One statement sees one state of the database, so these rows are the ones of this fingerprint.
    columns = ("code_list__fingerprint", *CodeEntry.__slots__)
    rows = Code.objects.filter(code_list=scheme).order_by("position", "code", "valid_from").values_list(*columns)
    found = list(rows)
    return CodeBook(scheme, found[0][0] if found else expected, tuple(CodeEntry(*row[1:]) for row in found))


def names(scheme: str, on: date) -> dict[str, str]:
    """Name by code, in the list's order, of what is valid on that day."""
    return {entry.code: entry.name for entry in book(scheme).valid(on)}


def choices(scheme: str, on: date) -> list[tuple[str, str]]:
    """As `names`, for a form field."""
    return list(names(scheme, on).items())


def label(scheme: str, code: str, on: date | None = None) -> str:
    """The name of a code: as on that day, else its newest, else the code itself, since a stored code must be shown."""
    listed = book(scheme)
    entry = (listed.entry(code, on) if on is not None else None) or listed.latest(code)
    return entry.name if entry is not None else code


def labels(scheme: str, codes: Iterable[str], on: date | None = None) -> list[str]:
    """As `label`, for the codes of a field with several."""
    return [label(scheme, code, on) for code in codes]


def is_valid(scheme: str, code: str, on: date) -> bool:
    """True when the list has the code on that day."""
    return book(scheme).entry(code, on) is not None


def unknown_codes(scheme: str, codes: Iterable[str], on: date) -> list[str]:
    """Those of the codes that the list does not have on that day."""
    listed = book(scheme)
    return [code for code in codes if listed.entry(code, on) is None]


def children(scheme: str, parent: str, on: date) -> list[CodeEntry]:
    """The codes directly below `parent`, which may stand in the list's parent scheme; the top ones for an empty one."""
    return book(scheme).children(parent, on)


def descendants(scheme: str, code: str, on: date) -> list[CodeEntry]:
    """Every code below `code`, each parent before its children."""
    return book(scheme).descendants(code, on)


def ancestors(scheme: str, code: str, on: date) -> list[CodeEntry]:
    """The codes above `code`, the nearest first."""
    return book(scheme).ancestors(code, on)


def predecessors(scheme: str, code: str) -> list[CodeEntry]:
    """The ended codes that `code` stands for today: 362102 and 362134 for 360781."""
    return book(scheme).predecessors(code)


def current_code(scheme: str, code: str) -> str:
    """The code that stands for `code` today: 360781 for 362134."""
    return book(scheme).current(code)


def dictionaries() -> list[dict[str, Any]]:
    """Every list, without its codes."""
    return [_dictionary(listed) for listed in CodeList.objects.order_by("position", "scheme")]


def dictionary(scheme: str, *, on: date, parent: str | None = None) -> dict[str, Any]:
    """A list with its codes valid on that day, all of them or those directly below `parent`. Raises NotFound."""
    listed = CodeList.objects.filter(scheme=scheme).first()
    if listed is None:
        raise NotFound
    entries = book(scheme).valid(on) if parent is None else book(scheme).children(parent, on)
    return _dictionary(listed) | {"on": on, "items": [_item(entry, listed) for entry in entries]}


def _dictionary(listed: CodeList) -> dict[str, Any]:
    return {
        "scheme": listed.scheme,
        "name": in_active_language(listed.name_zh, listed.name_en),
        "name_zh": listed.name_zh,
        "name_en": listed.name_en,
        "standard": listed.standard,
        "source": listed.source,
        "parent_scheme": listed.parent_scheme,
        "fingerprint": listed.fingerprint,
        "loaded_at": listed.loaded_at,
    }


def _item(entry: CodeEntry, listed: CodeList) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.name,
        "name_zh": entry.name_zh,
        "name_en": entry.name_en,
        "parent": entry.parent,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "evidence": entry.evidence,
        "source": entry.source or listed.source,
    }
