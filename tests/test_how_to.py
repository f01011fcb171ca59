"""The files that a how-to names are there: at their place, or, without a folder, in some room."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
FLOORS = ("market", "search", "listings", "matching", "contracts")
MADE = {  # what a page makes is not there yet
    "add-a-room": ("matching/conversations", "tests/matching/conversations", "templates/conversations"),
}
NAMED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:md|py|po|json|toml))`")


def named_in(page: Path) -> set[str]:
    return set(NAMED.findall(page.read_text(encoding="utf-8")))


def is_there(name: str, page: Path) -> bool:
    if name.startswith(MADE.get(page.stem, ())) or (ROOT / name).exists():
        return True
    return any(room.joinpath(name).exists() for floor in FLOORS for room in (ROOT / floor).iterdir())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_how_to_names_files_that_are_there(page):
    names = named_in(page)

    assert len(names) > 2
    assert sorted(name for name in names if not is_there(name, page)) == []


def test_there_are_how_tos():
    assert {"add-a-kind", "add-a-field-to-a-listing"} <= {page.stem for page in PAGES}
