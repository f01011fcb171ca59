"""Synonyms: what a query is rewritten to, and that the typed words still come first."""

import pytest

from market.kernel.actor import ANONYMOUS
from search.analysis import synonyms
from search.find import services
from search.find.query import parse


@pytest.mark.parametrize(
    ("typed", "variant"),
    [
        ("锂电池隔膜", "锂离子电池隔膜"),
        ("锂离子电池隔膜", "锂电池隔膜"),
        ("UAV 巡检", "无人机 巡检"),
        ("鋰電池隔膜", "锂离子电池隔膜"),
    ],
)
def test_a_term_is_replaced_by_its_synonym(typed, variant):
    assert variant in synonyms.variants(typed)


def test_a_latin_term_is_replaced_as_a_whole_word_only():
    assert synonyms.variants("airport") == ()  # holds "ai"


def test_the_longest_term_is_taken():
    """锂离子电池 is one term; nothing inside it is replaced."""
    assert synonyms.variants("锂离子电池") == ("锂电池", "lithium-ion battery")


def test_there_are_only_so_many():
    assert len(synonyms.variants("铜合金 铝合金 无人机 锂电池 机器人 人工智能")) == synonyms.MOST


def test_each_term_stands_in_one_line_only():
    lines = [line.split(",") for line in synonyms.FILE.read_text(encoding="utf-8").splitlines()]
    terms = [term for line in lines for term in line]

    assert sorted(terms) == sorted(set(terms))
    assert all(len(line) > 1 and all(len(term) > 1 for term in line) for line in lines)


@pytest.mark.parametrize("engine", ["elasticsearch", "postgresql"])
def test_a_synonym_is_found_after_the_typed_word(shelf, settings, engine):
    shelf.achievement("锂离子电池隔膜涂覆工艺", summary="涂覆。")
    shelf.achievement("锂电池隔膜涂覆工艺", summary="涂覆。")
    shelf.settle()
    if engine == "postgresql":
        settings.ELASTICSEARCH_URL = ""

    hits = services.find(actor=ANONYMOUS, query=parse("锂电池隔膜")).items

    assert [hit.title for hit in hits] == ["锂电池隔膜涂覆工艺", "锂离子电池隔膜涂覆工艺"]
    assert "<mark>" in hits[1].title_html
