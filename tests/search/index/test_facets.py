"""What results are cut by: which code stands above which, what is counted, and how a code is called."""

import re

import pytest
from django.utils import translation

from listings.catalog.kinds import KINDS
from search.index import facets
from search.index.facets import FACETS

TREES = [pytest.param(facet, id=facet.name) for facet in FACETS.values() if facet.below]
FLAT = [pytest.param(facet, id=facet.name) for facet in FACETS.values() if not facet.below]


@pytest.mark.parametrize(
    ("name", "codes", "found"),
    [
        ("region", ["360781"], ["360000", "360700", "360781"]),
        ("region", ["360700"], ["360000", "360700"]),
        ("region", ["110101"], ["110000", "110101"]),
        ("region", ["360781", "360100"], ["360000", "360100", "360700", "360781"]),
        ("industry", ["C3251"], ["C", "C32", "C325", "C3251"]),
        ("ipc", ["H01B"], ["H", "H01", "H01B"]),
        ("ipc", ["H01B", "H01M"], ["H", "H01", "H01B", "H01M"]),
        ("maturity", ["pilot"], ["pilot"]),
        ("maturity", [""], []),
        ("region", [], []),
    ],
)
def test_a_code_is_counted_with_all_that_stand_above_it_each_once(name, codes, found):
    assert facets.with_ancestors(name, codes) == found


@pytest.mark.parametrize(
    ("name", "above", "below", "others"),
    [
        ("region", "", ["360000", "110000"], ["360700", "360781"]),
        ("region", "360000", ["360700", "360100"], ["360781", "350100"]),
        ("region", "360700", ["360781", "360702"], ["360181"]),
        ("region", "110000", ["110101"], ["120101"]),
        ("industry", "", ["C", "A"], ["C32"]),
        ("industry", "C", ["C32"], ["A01", "C325"]),
        ("industry", "C32", ["C325"], ["C331", "C3251"]),
        ("industry", "C325", ["C3251"], ["C3261"]),
        ("ipc", "", ["H"], ["H01"]),
        ("ipc", "H", ["H01"], ["C22", "H01B"]),
        ("ipc", "H01", ["H01B"], ["H02B"]),
    ],
)
def test_the_pattern_below_a_code_takes_its_children_and_no_others(name, above, below, others):
    pattern = FACETS[name].below(above)

    assert [code for code in below if not re.fullmatch(pattern, code)] == []
    assert [code for code in others if re.fullmatch(pattern, code)] == []


@pytest.mark.parametrize("facet", TREES)
def test_a_tree_counts_its_first_level_until_a_code_is_ticked(facet):
    assert facet.counted([]) == facet.below("")


@pytest.mark.parametrize(
    ("name", "ticked", "counted", "others"),
    [
        ("region", ["360700"], ["110000", "360000", "360700", "360100", "360781"], ["350100", "110101"]),
        ("ipc", ["H01"], ["A", "H", "H01", "H02", "H01B"], ["C22", "H02B"]),
        ("industry", ["C325"], ["A", "C32", "C33", "C325", "C326", "C3251"], ["C3311", "A01"]),
    ],
)
def test_a_ticked_code_opens_itself_and_all_above_it(name, ticked, counted, others):
    pattern = FACETS[name].counted(ticked)

    assert [code for code in counted if not re.fullmatch(pattern, code)] == []
    assert [code for code in others if re.fullmatch(pattern, code)] == []


@pytest.mark.parametrize("facet", TREES)
@pytest.mark.parametrize("typed", [".*", "36(0", "a|b", "铜", "x" * 41])
def test_what_is_no_code_opens_nothing_and_is_no_pattern(facet, typed):
    pattern = facet.counted([typed])

    re.compile(pattern)
    assert typed not in pattern.split("|")
    assert not re.fullmatch(pattern, "anything at all")


@pytest.mark.parametrize("facet", FLAT)
def test_a_list_without_levels_counts_all_of_it(facet):
    assert facet.counted(["anything"]) is None
    assert facet.parent("anything") == ""


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("region", "360781", "瑞金市"),
        ("price_band", "under_100k", "10 万元以下"),
        ("price_band", "negotiable", "面议"),
        ("price_band", "of a later release", "of a later release"),
        ("region", "999999", "999999"),
        ("ipc", "Z99", "Z99"),
    ],
)
def test_a_code_is_said_in_words_and_as_itself_where_nobody_knows_it(name, code, words, db):
    assert FACETS[name].label(code) == words


def test_a_class_is_said_with_its_code_which_people_know_by_heart(db):
    said = FACETS["ipc"].label("H01")

    assert said.startswith("H01 ")
    assert len(said) > len("H01 ")


@pytest.mark.parametrize("facet", facets.ASKED.values(), ids=facets.ASKED)
def test_a_facet_has_a_title_in_each_language(facet):
    chinese = str(facet.title)
    with translation.override("en"):
        english = str(facet.title)

    assert re.search("[\u4e00-\u9fff]", chinese)
    assert not re.search("[\u4e00-\u9fff]", english)


def test_every_field_with_a_facet_has_one_that_is_known_and_no_facet_is_without_a_field():
    fields = {field.facet for kind in KINDS.values() for field in kind.columns if field.facet}

    assert fields | {"owner_kind"} == set(FACETS)


def test_what_is_fresh_is_named_and_of_growing_length():
    assert list(facets.RECENT.names) == list(facets.FRESHNESS)
    assert list(facets.FRESHNESS.values()) == sorted(facets.FRESHNESS.values())
