"""A folder of judged pairs: `demands.jsonl`, `achievements.jsonl`, `judgements.tsv`.

A demand has `id`, `title` and perhaps `content`; an achievement `id`, `title` and perhaps `text`; other fields are
passed over. A judgement is demand, achievement and level, 4 (strong) to 1 (none), after one line of headings.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matching.scoring.profiles import Profile

LEVELS = (1, 2, 3, 4)
COLUMNS = ("demand_id", "achievement_id", "level")


class BadFolder(ValueError):
    """A file of the folder cannot be used; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One demand's list: `achievements[i]` was judged `levels[i]`. Ordered by the achievements' ids."""

    demand: str
    achievements: tuple[str, ...]
    levels: tuple[int, ...]

    @property
    def gains(self) -> tuple[int, ...]:
        return tuple(level - 1 for level in self.levels)


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything of a folder, ordered by id, so that no figure hangs on the order of lines."""

    demands: dict[str, Profile]
    achievements: dict[str, Profile]
    lists: tuple[Judged, ...]
    sha256: str

    @property
    def counted(self) -> tuple[Judged, ...]:
        """The lists that can be ranked well or badly: those with a gain."""
        return tuple(judged for judged in self.lists if any(judged.gains))


def read(folder: Path) -> Folder:
    """The folder; raises BadFolder."""
    demands = _profiles(folder / "demands.jsonl", "content", lambda title: title)
    # The titles of the contest's achievements are words with blanks between them, which Chinese does not have.
    achievements = _profiles(folder / "achievements.jsonl", "text", without_blanks)
    lists = _lists(folder / "judgements.tsv", demands, achievements)
    if not any(any(judged.gains) for judged in lists):
        raise BadFolder(f"{folder / 'judgements.tsv'}: no pair is judged above 1, so there is nothing to rank")
    return Folder(demands, achievements, lists, _sha256(demands, achievements, lists))


def without_blanks(title: str) -> str:
    """The title with the blanks beside ideographs taken out; those between other words stay."""
    parts = title.split()
    joined = parts[0] if parts else ""
    for part in parts[1:]:
        joined += (" " if joined[-1].isascii() and part[0].isascii() else "") + part
    return joined


def _profiles(file: Path, body: str, title_of: Callable[[str], str]) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    for number, line in _lines(file):
        row = _row(file, number, line)
        key, title, text = row.get("id"), row.get("title"), row.get(body)
        if not isinstance(key, str) or not key.strip():
            raise _bad(file, number, "no id")
        if key in found:
            raise _bad(file, number, f"the id {key} is there twice")
        if not isinstance(title, str):
            raise _bad(file, number, "no title")
        if not isinstance(text, str | None):
            raise _bad(file, number, f"{body} is not a text")
        found[key] = Profile(title=title_of(title.strip()), text=text or "")
    return dict(sorted(found.items()))


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as broken:
        raise _bad(file, number, f"not JSON: {broken}") from broken
    if not isinstance(row, dict):
        raise _bad(file, number, "not a JSON object")
    return row


def _lists(file: Path, demands: dict[str, Profile], achievements: dict[str, Profile]) -> tuple[Judged, ...]:
    levels: dict[str, dict[str, int]] = {}
    lines = _lines(file)
    first = next(lines, None)
    if first is None or tuple(first[1].split("\t")) != COLUMNS:
        raise _bad(file, 1, f"the headings are not {', '.join(COLUMNS)}, separated by tabs")
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            raise _bad(file, number, f"{len(cells)} columns, not {len(COLUMNS)}")
        demand, achievement, level = cells
        if demand not in demands:
            raise _bad(file, number, f"no demand has the id {demand}")
        if achievement not in achievements:
            raise _bad(file, number, f"no achievement has the id {achievement}")
        if level not in map(str, LEVELS):
            raise _bad(file, number, f"the level {level} is none of 1, 2, 3 and 4")
        if achievement in levels.setdefault(demand, {}):
            raise _bad(file, number, "this pair is judged twice")
        levels[demand][achievement] = int(level)
    return tuple(
        Judged(demand, tuple(sorted(row)), tuple(row[key] for key in sorted(row)))
        for demand, row in sorted(levels.items())
    )


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, each with its number; a BOM and carriage returns are taken off."""
    try:
        content = file.read_bytes()
    except OSError as missing:
        raise BadFolder(f"{file}: {missing.strerror}") from missing
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.decode().strip("\r")
        except UnicodeDecodeError as broken:
            raise _bad(file, number, f"not UTF-8: {broken.reason}") from broken
        if line.strip():
            yield number, line


def _bad(file: Path, number: int, what: str) -> BadFolder:
    return BadFolder(f"{file}, line {number}: {what}")


def _sha256(demands: dict[str, Profile], achievements: dict[str, Profile], lists: tuple[Judged, ...]) -> str:
    """Of what was judged and how, whatever the order of lines and the ids."""
    rows = sorted(
        [demands[judged.demand].title, demands[judged.demand].text, achievements[key].title, level]
        for judged in lists
        for key, level in zip(judged.achievements, judged.levels, strict=True)
    )
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
