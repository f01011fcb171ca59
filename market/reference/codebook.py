"""A code list as a value: what is looked up, without database and clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One meaning of one code, valid from `valid_from` until the day before `valid_until`."""

    code: str
    name_zh: str
    name_en: str
    parent: str
    replaced_by: str
    valid_from: date
    valid_until: date | None
    evidence: str
    source: str

    def is_valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    @property
    def name(self) -> str:
        """The name in the language active now; Chinese where there is no other."""
        return in_active_language(self.name_zh, self.name_en)


def in_active_language(name_zh: str, name_en: str) -> str:
    """The English name where English is active and there is one."""
    return name_en if name_en and (get_language() or "").startswith("en") else name_zh


@dataclass(frozen=True)
class CodeBook:
    """The rows of one list, in the list's order, with the fingerprint they were loaded under."""

    scheme: str
    fingerprint: str
    entries: tuple[CodeEntry, ...] = field(repr=False)

    @cached_property
    def _by_code(self) -> Mapping[str, tuple[CodeEntry, ...]]:
        """The meanings of each code, the oldest first."""
        grouped: dict[str, list[CodeEntry]] = {}
        for entry in sorted(self.entries, key=lambda entry: entry.valid_from):
            grouped.setdefault(entry.code, []).append(entry)
        return {code: tuple(entries) for code, entries in grouped.items()}

    @cached_property
    def _by_parent(self) -> Mapping[str, tuple[CodeEntry, ...]]:
        return _grouped((entry.parent, entry) for entry in self.entries)

    @cached_property
    def _by_successor(self) -> Mapping[str, tuple[CodeEntry, ...]]:
        return _grouped((entry.replaced_by, entry) for entry in self.entries if entry.replaced_by)

    def valid(self, on: date) -> Iterator[CodeEntry]:
        return (entry for entry in self.entries if entry.is_valid(on))

    def entry(self, code: str, on: date) -> CodeEntry | None:
        """What the code means on that day, None where it means nothing."""
        return next((entry for entry in self._by_code.get(code, ()) if entry.is_valid(on)), None)

    def latest(self, code: str) -> CodeEntry | None:
        """The newest meaning the code ever had."""
        entries = self._by_code.get(code)
        return entries[-1] if entries else None

    def children(self, parent: str, on: date) -> list[CodeEntry]:
        """The codes directly below `parent`; those of no parent for an empty one."""
        return [entry for entry in self._by_parent.get(parent, ()) if entry.is_valid(on)]

    def descendants(self, code: str, on: date) -> list[CodeEntry]:
        """Every code below `code`, each parent before its children."""
        below: list[CodeEntry] = []
        for child in self.children(code, on):
            below += [child, *self.descendants(child.code, on)]
        return below

    def ancestors(self, code: str, on: date) -> list[CodeEntry]:
        """The codes above `code` in this list, the nearest first."""
        above: list[CodeEntry] = []
        entry = self.entry(code, on)
        while entry is not None and entry.parent and (entry := self.entry(entry.parent, on)):
            above.append(entry)
        return above

    def predecessors(self, code: str) -> list[CodeEntry]:
        """The ended codes that `code` stands for today, the newest first, theirs included."""
        before: list[CodeEntry] = []
        for entry in sorted(self._by_successor.get(code, ()), key=lambda entry: entry.valid_from, reverse=True):
            before += [entry, *self.predecessors(entry.code)]
        return before

    def current(self, code: str) -> str:
        """The code that stands for `code` today: itself, or the last of its successors."""
        entry = self.latest(code)
        return self.current(entry.replaced_by) if entry is not None and entry.replaced_by else code


def _grouped(pairs: Iterable[tuple[str, CodeEntry]]) -> Mapping[str, tuple[CodeEntry, ...]]:
    grouped: dict[str, list[CodeEntry]] = {}
    for key, entry in pairs:
        grouped.setdefault(key, []).append(entry)
    return {key: tuple(entries) for key, entries in grouped.items()}
