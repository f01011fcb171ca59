"""Scores and reasons from plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.ranking import scoring
from matching.ranking.scoring import Listing
from search import text
from search.candidates import FINE_FIELDS

COPPER = Listing("高导电铜合金线材", "抗拉强度不足，需要固溶处理", "05", "copper_and_cable", "360781")


def test_every_clause_of_the_engine_and_of_the_database_has_a_weight():
    assert scoring.WEIGHTS.keys() == {*FINE_FIELDS, "text"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, 0),
        ({"title_bi": 2.0}, 6.0),
        ({"title_bi": 2.0, "title_uni": 1.5, "text_bi": 1.0, "text_uni": 3.0}, 10.0),
        ({"text": 0.0607927}, 0.0608),
    ],
)
def test_a_score_is_the_weighted_sum_of_its_parts_to_four_places(parts, expected):
    assert scoring.score(parts) == expected


def test_a_part_without_a_weight_is_an_error_and_not_nothing():
    with pytest.raises(KeyError):
        scoring.score({"title_tri": 1.0})


def test_pairs_of_characters_in_the_title_weigh_most():
    ordered = sorted(FINE_FIELDS, key=lambda name: -scoring.score({name: 1.0}))

    assert ordered == ["title_bi", "title_uni", "text_bi", "text_uni"]


def test_what_is_matched_is_the_title_and_the_beginning_of_the_body():
    assert scoring.wording("题目", "文" * 400) == "题目\n" + "文" * 300
    assert scoring.wording("题目", "文字", most=1) == "题目\n文"


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ("铜合金接触线", ["铜合金"]),
        ("一种铜合金线材的固溶处理方法", ["铜合金线材", "固溶处理"]),
        ("脐橙保鲜", []),
        ("需要", ["需要"]),
        ("", []),
    ],
)
def test_shared_phrases_are_the_longest_stretches_that_both_sides_have(theirs, expected):
    assert scoring.shared_phrases(COPPER, Listing(theirs, "")) == expected


@pytest.mark.parametrize("phrase", sorted(scoring.SAYS_NOTHING))
def test_words_that_every_listing_uses_are_no_reason(phrase):
    assert scoring.shared_phrases(Listing(phrase, ""), Listing(f"{phrase}甲", "")) == []


def test_particles_at_the_ends_of_a_phrase_are_cut_off():
    assert scoring.shared_phrases(Listing("基于稀土的分离", ""), Listing("用于稀土的回收", "")) == ["稀土"]
    assert scoring.shared_phrases(Listing("一种萃取剂", ""), Listing("一种萃取剂", "")) == ["萃取剂"]


def test_a_phrase_that_lost_its_ends_is_not_named_beside_the_longer_one_that_has_it():
    found = scoring.shared_phrases(Listing("对铜合金的要求，铜合金线材", ""), Listing("对铜合金的研究，铜合金线材", ""))

    assert found == ["铜合金线材"]


def test_four_phrases_are_named_at_most_and_the_longest_first():
    words = ["稀土永磁材料", "数控机床", "铜合金", "脐橙", "电缆", "茶油"]

    found = scoring.shared_phrases(Listing("，".join(words), ""), Listing("；".join(reversed(words)), ""))

    assert len(found) == 4
    assert found[:3] == words[:3]


def test_words_and_numbers_with_units_are_phrases_too():
    found = scoring.shared_phrases(Listing("10kV 电缆用 LiFePO4", ""), Listing("lifepo4 与 10KV 设备", ""))

    assert sorted(found) == ["10kv", "lifepo4"]


WORDS = st.lists(st.sampled_from(["铜", "合", "金", "的", "一", "种", "，", "10kV", "铁", "\n", "术"]), max_size=40)


@given(WORDS, WORDS, WORDS, WORDS)
def test_phrases_occur_on_both_sides_longest_first_and_none_inside_another(title, body, other_title, other_body):
    ours, theirs = Listing("".join(title), "".join(body)), Listing("".join(other_title), "".join(other_body))

    found = scoring.shared_phrases(ours, theirs)

    for side in (ours, theirs):
        whole = text.normalised(f"{side.title}\n{side.text}")
        assert all(phrase in whole for phrase in found)
    assert found == sorted(found, key=lambda phrase: (-len(phrase), phrase))
    assert not any(phrase in other for phrase in found for other in found if phrase != other)


NAMES = {"05": "新材料", "copper_and_cable": "铜基新材料"}


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (Listing("铜合金接触线", ""), "都提到“铜合金”"),
        (Listing("脐橙", "", technology_field="05"), "同属新材料领域"),
        (Listing("脐橙", "", "05", "copper_and_cable"), "同属铜基新材料产业"),
        (Listing("脐橙", "", region="360781"), "同在一地"),
        (
            Listing("铜合金线材与固溶处理", "", "05", "", "360781"),
            "都提到“铜合金线材”、“固溶处理”；同属新材料领域；同在一地",
        ),
        (Listing("脐橙", "", "04", "green_food", "360100"), "用词相近"),
        (Listing("", ""), "用词相近"),
    ],
)
def test_a_reason_is_one_line_of_phrases_and_of_facts_that_agree(theirs, expected):
    assert scoring.reason(COPPER, theirs, NAMES) == expected


def test_facts_that_neither_side_states_do_not_agree():
    assert scoring.reason(Listing("铜", ""), Listing("铁", ""), NAMES) == "用词相近"


def test_a_code_without_a_name_is_shown_as_it_is():
    reason = scoring.reason(Listing("", "", local_industry="tea"), Listing("", "", local_industry="tea"), {})

    assert reason == "同属tea产业"
