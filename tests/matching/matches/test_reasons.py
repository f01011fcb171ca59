"""Reasons in words: what agrees, what clashes, in the language of whoever reads."""

import pytest
from django.utils import translation

from matching.matches import reasons
from matching.matches.models import Level

WHY = {
    "phrases": ["连续铸造", "铜合金"],
    "agreements": [
        {"fact": "same_local_industry", "code": "copper_and_cable"},
        {"fact": "same_region", "code": "360781"},
    ],
    "clashes": [
        {"fact": "maturity_short", "asked": 7, "offered": 4},
        {"fact": "price_over", "price": "1280000.00", "budget": "600000.00"},
    ],
}


def test_a_sentence_names_phrases_then_what_agrees_then_what_clashes(db):
    assert reasons.sentence(WHY) == (
        "都提到“连续铸造”、“铜合金”；同属铜基新材料与线缆产业；同在瑞金市；"
        "但成熟度不足（要求技术就绪度 7 级，现为 4 级）、超出预算（价格 128.00 万元，预算 60.00 万元）"
    )


def test_the_same_reasons_are_said_in_english(db):
    with translation.override("en"):
        said = reasons.sentence(WHY)

    assert said.startswith("both mention “连续铸造”")
    assert "but not mature enough (TRL 7 asked for, TRL 4 offered)" in said


def test_an_owners_record_and_an_old_achievement_are_said(db):
    facts = {"agreements": [{"fact": "owner_record", "signed": 3}], "clashes": [{"fact": "years_older", "years": 4}]}

    assert reasons.sentence(facts) == "成果方已签约 3 项；但成果发布比需求早 4 年"


def test_a_match_by_meaning_alone_says_so():
    assert reasons.sentence({}) == "含义相近，用词不同"


def test_a_fact_of_a_later_release_is_passed_over(db):
    assert reasons.facts({"agreements": [{"fact": "unheard_of"}]}, "agreements") == []


@pytest.mark.parametrize("level", list(Level))
def test_every_level_has_a_name_and_a_meaning(level):
    assert reasons.level_name(level.value) == str(level.label)
    assert len(reasons.meaning(level)) > 5
    assert reasons.level_name(None) == ""
