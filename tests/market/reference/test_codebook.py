"""A code list as a value: trees and successions, and which language a name is in."""

from datetime import date

import pytest
from django.utils import translation

from market.reference.codebook import CodeBook, CodeEntry

Y2020, Y2022, Y2024 = date(2020, 1, 1), date(2022, 1, 1), date(2024, 1, 1)


def entry(code: str, parent: str = "", start: date = Y2020, end: date | None = None, by: str = "") -> CodeEntry:
    return CodeEntry(code, f"名称{code}", f"Name {code}", parent, by, start, end, "verified", "")


BOOK = CodeBook(
    "tree",
    "f",
    (
        entry("a"),
        entry("a1", "a"),
        entry("a11", "a1"),
        entry("a2", "a", end=Y2022, by="a3"),
        entry("a3", "a", start=Y2022, end=Y2024, by="a4"),
        entry("a4", "a", start=Y2024),
        entry("b"),
    ),
)


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (Y2020, ["a1", "a11", "a2"]),
        (Y2022, ["a1", "a11", "a3"]),
        (Y2024, ["a1", "a11", "a4"]),
        (date(2019, 12, 31), []),
    ],
)
def test_what_is_below_a_code_depends_on_the_day(on, codes):
    assert [below.code for below in BOOK.descendants("a", on)] == codes


def test_children_are_one_step_below_and_the_top_has_no_parent():
    assert [child.code for child in BOOK.children("a", Y2024)] == ["a1", "a4"]
    assert [child.code for child in BOOK.children("", Y2024)] == ["a", "b"]
    assert BOOK.children("b", Y2024) == []


def test_ancestors_go_up_to_the_top():
    assert [above.code for above in BOOK.ancestors("a11", Y2024)] == ["a1", "a"]
    assert BOOK.ancestors("a", Y2024) == []
    assert BOOK.ancestors("unheard_of", Y2024) == []


def test_a_chain_of_successors_is_followed_to_both_ends():
    assert [before.code for before in BOOK.predecessors("a4")] == ["a3", "a2"]
    assert [BOOK.current(code) for code in ("a2", "a3", "a4", "b", "unheard_of")] == [
        "a4",
        "a4",
        "a4",
        "b",
        "unheard_of",
    ]


@pytest.mark.parametrize(
    ("language", "name"), [("zh-hans", "名称a"), ("en", "Name a"), ("en-gb", "Name a"), ("fr", "名称a")]
)
def test_a_name_is_in_the_active_language_and_chinese_otherwise(language, name):
    with translation.override(language):
        assert BOOK.entries[0].name == name
