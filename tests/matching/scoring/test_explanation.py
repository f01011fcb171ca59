"""Reasons: phrases where they stand on both sides, facts that agree or clash, and a level in words."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.scoring import explanation, ranker, vectors
from matching.scoring.features import pair_features
from matching.scoring.preparation import Prepared
from matching.scoring.profiles import Profile
from matching.scoring.statistics import Statistics
from search.analysis import text
from search.index import encoder

WANTED = Profile(
    "铜合金线材强度与导电率兼顾", "现有连续铸造铜合金线材强度不足。", "05", local_industry="copper_and_cable"
)
OFFERED = Profile("高导电铜合金接触线连续铸造工艺", "", "05", local_industry="copper_and_cable")
OTHERS = ["高导电铜合金接触线连续铸造工艺", "脐橙采后保鲜", "污泥深度脱水", "数控机床主轴热误差"]
STATISTICS = Statistics.of(OTHERS)


def row(demand, achievement):
    has_model = encoder.is_available()
    ours = Prepared.of(demand, vectors.of_demands([demand])[0] if has_model else None)
    theirs = Prepared.of(achievement, vectors.of_achievements([achievement])[0] if has_model else None)
    return pair_features(ours, [theirs], STATISTICS)


def explain(demand, achievement):
    return explanation.explain(demand, achievement, row(demand, achievement)[0])


def score(demand, achievement):
    return float(ranker.shipped().score(row(demand, achievement))[0])


def written(side, mark):
    return getattr(side, mark.field)[mark.start : mark.end]


def test_the_phrases_are_marked_where_they_stand_on_both_sides():
    found = explain(WANTED, OFFERED)

    assert [phrase.text for phrase in found.phrases] == ["连续铸造", "铜合金", "导电"]
    assert found.phrases[1].marks == (
        ("demand", "title", 0, 3),
        ("demand", "text", 6, 9),
        ("achievement", "title", 3, 6),
    )
    for phrase in found.phrases:
        sides = {"demand": WANTED, "achievement": OFFERED}
        assert {written(sides[mark.side], mark) for mark in phrase.marks} == {phrase.text}
        assert {mark.side for mark in phrase.marks} == sides.keys()


def test_two_sides_that_share_nothing_have_nothing_named():
    far = explain(WANTED, Profile("脐橙采后保鲜"))

    assert (far.phrases, far.facts) == ((), ())


def test_taking_each_named_phrase_out_of_the_demand_lowers_the_score():
    found = explain(WANTED, OFFERED)
    before = score(WANTED, OFFERED)

    for phrase in found.phrases:
        without = Profile(WANTED.title.replace(phrase.text, ""), WANTED.text.replace(phrase.text, ""))
        assert score(Profile(WANTED.title, WANTED.text), Profile(OFFERED.title)) > score(
            without, Profile(OFFERED.title)
        ), phrase
    title, body = WANTED.title, WANTED.text
    for phrase in found.phrases:
        title, body = title.replace(phrase.text, ""), body.replace(phrase.text, "")
    assert score(Profile(title, body), OFFERED) < before - 0.3


def test_control_taking_out_words_that_were_not_named_lowers_it_less():
    named = score(Profile(WANTED.title.replace("铜合金", ""), ""), OFFERED)
    unnamed = score(Profile(WANTED.title.replace("兼顾", ""), ""), OFFERED)

    assert unnamed > named


def test_a_phrase_is_found_in_whatever_width_case_or_script_it_was_written():
    found = explain(Profile("ＬｉＦｅＰＯ４ 電池"), Profile("lifepo4电池"))

    assert {phrase.text: [written_as(mark) for mark in phrase.marks] for phrase in found.phrases} == {
        "ＬｉＦｅＰＯ４": ["ＬｉＦｅＰＯ４", "lifepo4"],
        "電池": ["電池", "电池"],
    }


def written_as(mark):
    return {"demand": "ＬｉＦｅＰＯ４ 電池", "achievement": "lifepo4电池"}[mark.side][mark.start : mark.end]


@pytest.mark.parametrize(
    ("ours", "theirs", "fact"),
    [
        ({"technology_field": "05"}, {"technology_field": "05"}, ("same_field", True, {"code": "05"})),
        ({"local_industry": "tea"}, {"local_industry": "tea"}, ("same_local_industry", True, {"code": "tea"})),
        (
            {"ipc_codes": ("C22C9/00",)},
            {"ipc_codes": ("C22C1/02", "B21C")},
            ("shared_ipc", True, {"codes": ["C22C"]}),
        ),
        ({"region": "360781"}, {"region": "360781"}, ("same_region", True, {"code": "360781"})),
        ({"maturity": "pilot"}, {"maturity": "sample"}, ("maturity_short", False, {"asked": 7, "offered": 4})),
        ({"amount": Decimal(10)}, {"amount": Decimal(11)}, ("price_over", False, {"price": "11", "budget": "10"})),
        ({}, {"signed": 2}, ("owner_record", True, {"signed": 2})),
        (
            {"published_on": date(2026, 3, 2)},
            {"published_on": date(2023, 3, 2)},
            ("years_older", False, {"years": 3}),
        ),
    ],
)
def test_facts_that_agree_or_clash_are_named(ours, theirs, fact):
    assert explain(Profile("铜", **ours), Profile("铁", **theirs)).facts == (fact,)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"technology_field": "05"}, {"technology_field": "04"}),
        ({"maturity": "sample"}, {"maturity": "pilot"}),
        ({"amount": Decimal(11)}, {"amount": Decimal(11)}),
        ({"amount": Decimal(11)}, {}),
        ({}, {"signed": 0}),
        ({"published_on": date(2026, 3, 2)}, {"published_on": date(2023, 3, 4)}),
        ({"published_on": date(2023, 3, 2)}, {"published_on": date(2026, 3, 2)}),
    ],
)
def test_facts_that_neither_agree_nor_clash_are_not_named(ours, theirs):
    assert explain(Profile("铜", **ours), Profile("铁", **theirs)).facts == ()


@pytest.mark.parametrize("phrase", sorted(explanation.SAYS_NOTHING))
def test_words_that_every_listing_uses_are_no_reason(phrase):
    assert list(explanation.phrases(Profile(phrase), Profile(f"{phrase}甲"))) == []


def test_particles_at_the_ends_of_a_phrase_are_cut_off():
    assert [phrase.text for phrase in explanation.phrases(Profile("基于稀土的分离"), Profile("用于稀土的回收"))] == [
        "稀土"
    ]
    assert [phrase.text for phrase in explanation.phrases(Profile("强度不足"), Profile("强度不低于"))] == ["强度"]
    assert [phrase.text for phrase in explanation.phrases(Profile("不锈钢板"), Profile("不锈钢管"))] == ["不锈钢"]


WORDS = st.lists(
    st.sampled_from(["铜", "合", "金", "的", "一", "种", "，", "10kV", "繁", "㎡", "\n", "術"]), max_size=30
)


@given(WORDS, WORDS, WORDS, WORDS)
def test_phrases_stand_on_both_sides_at_their_marks_and_none_is_inside_another(title, body, other_title, other_body):
    ours, theirs = Profile("".join(title), "".join(body)), Profile("".join(other_title), "".join(other_body))

    found = list(explanation.phrases(ours, theirs))

    assert len(found) <= explanation.MOST_PHRASES
    folded = []
    for phrase in found:
        marked = {
            mark.side: text.normalised(written(ours if mark.side == "demand" else theirs, mark))
            for mark in phrase.marks
        }
        assert marked.keys() == {"demand", "achievement"}
        assert len(set(marked.values())) == 1
        folded.append(marked["demand"])
    assert not any(one in other for one in folded for other in folded if one != other)
