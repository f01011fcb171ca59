"""The data files: `lists.csv` names the lists, `<scheme>.csv` has the codes of each, `calendar.csv` the years."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from market.reference.calendar import UnreadableArrangement, YearArrangement, read_arrangement
from market.reference.models import Code
from market.reference.rules import ListedCode, ListedScheme

DATA = Path(__file__).resolve().parent / "data"
LIST_COLUMNS = ["scheme", "name_zh", "name_en", "standard", "source", "parent_scheme"]
CODE_COLUMNS = [
    "code", "name_zh", "name_en", "parent", "valid_from", "valid_until", "replaced_by", "evidence", "source",
]  # fmt: skip
YEAR_COLUMNS = ["year", "holidays", "workdays", "source"]


class UnreadableFile(ValueError):
    """A data file is not as it should be; says which line."""


def read_lists(folder: Path = DATA) -> list[ListedScheme]:
    """Every list of the folder, in the order of `lists.csv`. Raises UnreadableFile."""
    return [
        ListedScheme(**row, codes=tuple(_read_codes(folder / f"{row['scheme']}.csv")))
        for _line, row in _rows(folder / "lists.csv", LIST_COLUMNS)
    ]


def read_years(folder: Path = DATA) -> list[YearArrangement]:
    """The published arrangements of holidays; none where the folder has no `calendar.csv`. Raises UnreadableFile."""
    path = folder / "calendar.csv"
    return list(_read_years(path)) if path.exists() else []


def _read_years(path: Path) -> Iterator[YearArrangement]:
    for line, row in _rows(path, YEAR_COLUMNS):
        try:
            yield read_arrangement(year=int(row.pop("year")), **row)
        except UnreadableArrangement as error:
            raise UnreadableFile(f"{path.name}:{line}: {error}") from error


def _read_codes(path: Path) -> Iterator[ListedCode]:
    for line, row in _rows(path, CODE_COLUMNS):
        if not row["code"] or not row["name_zh"] or row["evidence"] not in Code.Evidence.values:
            raise UnreadableFile(f"{path.name}:{line}: code, name_zh and evidence must be given")
        try:
            valid_from = date.fromisoformat(row.pop("valid_from"))
            until = row.pop("valid_until")
            valid_until = date.fromisoformat(until) if until else None
        except ValueError as error:
            raise UnreadableFile(f"{path.name}:{line}: {error}") from error
        yield ListedCode(**row, valid_from=valid_from, valid_until=valid_until)


def _rows(path: Path, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror}") from error
    reader = csv.DictReader(text.splitlines(), strict=True)
    if reader.fieldnames != columns:
        raise UnreadableFile(f"{path.name}:1: the columns must be {', '.join(columns)}")
    for row in reader:
        if None in row or None in row.values():
            raise UnreadableFile(f"{path.name}:{reader.line_num}: {len(columns)} columns are expected")
        yield reader.line_num, row
