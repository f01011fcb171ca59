"""The glossary tells the names that the code has."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("market", "search", "listings", "matching", "contracts")
ROW = re.compile(r"^\| (?P<term>[^|]+) \| (?P<english>[^|]+) \| (?P<names>[^|]+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, list[str]]]:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    return [(row["term"], re.findall(r"`(\w+)`", row["names"])) for row in ROW.finditer(text)]


def words() -> set[str]:
    """Every word of the product's code, of its modules' names and of its code lists."""
    files = [file for floor in FLOORS for file in (ROOT / floor).rglob("*.py") if "migrations" not in file.parts]
    found = {part for file in files for part in (file.stem, file.parent.name)}
    for file in [*files, *(ROOT / "market/reference/data").glob("*.csv")]:
        found.update(re.findall(r"\w+", file.read_text(encoding="utf-8")))
    return found


def test_every_name_of_the_glossary_is_one_of_the_code():
    known = words()
    named = [(term, name) for term, names in rows() for name in names]

    assert len(named) > 80
    assert [pair for pair in named if pair[1] not in known] == []


@pytest.mark.parametrize("term", ["补正", "更正", "变更", "注销", "撤销"])
def test_what_a_registry_must_not_mix_up_has_a_name_of_its_own(term):
    [names] = [names for known, names in rows() if known.strip("*") == term]

    assert names
    assert all(names != other for known, other in rows() if known.strip("*") != term)
