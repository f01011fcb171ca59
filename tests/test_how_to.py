"""The files that a how-to names are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
NAMED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:md|py|po|json|toml))`")


def named_in(page: Path) -> set[str]:
    return set(NAMED.findall(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_how_to_names_files_that_are_there(page):
    names = named_in(page)

    assert len(names) > 2
    assert sorted(name for name in names if not (ROOT / name).exists()) == []


def test_there_are_how_tos():
    assert {"add-a-kind", "add-a-field-to-a-listing"} <= {page.stem for page in PAGES}
