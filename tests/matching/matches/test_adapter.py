"""Listings as the ranker reads them and a pair's page compares them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from listings.catalog.models import State
from matching.matches import comparing, listing_adapter, reasons
from matching.matches.models import Kind
from tests import recipes


def test_the_body_is_what_is_said_beside_the_title_in_its_order_without_gaps(cast):
    row = recipes.published_achievement.make(
        owner=cast.university,
        summary="简介",
        applications="",
        indicators="指标",
        advantages="优势",
        requirements="要求",
    )

    assert listing_adapter.body(row) == "简介\n指标\n优势"


def test_a_demand_is_read_by_its_difficulties_indicators_and_content(cast):
    row = recipes.published_demand.make(
        owner=cast.enterprise, difficulties="难点", indicators="指标", research_content="内容", current_state="现有基础"
    )

    assert listing_adapter.body(row) == "难点\n指标\n内容"


def test_what_speaks_for_a_pair_is_read_from_its_column_and_the_rest_stays_unknown(cast):
    row = recipes.published_achievement.make(
        owner=cast.university, ipc_codes=["H01B 7/00"], industries=["C3251"], readiness_level=6, region="360100"
    )

    profile = listing_adapter.profile_of(row, signed=3)

    assert (profile.title, profile.amount, profile.maturity) == (row.title, Decimal("800000.00"), "pilot")
    assert (profile.ipc_codes, profile.industries) == (("H01B 7/00",), ("C3251",))
    assert (profile.readiness_level, profile.region, profile.signed) == (6, "360100", 3)
    assert profile.published_on == date(2026, 3, 2)
    draft = listing_adapter.profile_of(recipes.draft_achievement.make(owner=cast.university))
    assert (draft.published_on, draft.signed) == (None, None)


def test_a_demand_asks_with_the_maturity_and_the_budget_that_it_names(cast):
    row = recipes.published_demand.make(owner=cast.enterprise, required_maturity="pilot", budget=None)

    profile = listing_adapter.profile_of(row)

    assert (profile.maturity, profile.amount) == ("pilot", None)


def test_codes_that_a_partner_may_share_are_those_that_are_filled(cast):
    row = recipes.published_demand.make(owner=cast.enterprise, local_industry="", industries=["C3251"])

    assert listing_adapter.codes_of(row) == {"technology_field": ["05"], "local_industry": [], "industry": ["C3251"]}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("secrecy", ["none", "secret"])
def test_open_listings_and_drafts_look_for_a_partner_unless_they_are_secret(cast, state, secrecy):
    row = recipes.published_demand.make(owner=cast.enterprise, state=state, secrecy=secrecy)

    is_seeking = state in {State.DRAFT, State.PUBLISHED, State.UNDER_NEGOTIATION} and secrecy == "none"
    assert listing_adapter.seeking(Kind.DEMAND, [row.pk]) == ({row.pk: row} if is_seeking else {})
    assert listing_adapter.seeking(Kind.ACHIEVEMENT, [row.pk]) == {}


# Side by side


def test_the_facts_that_are_weighed_stand_on_both_sides_in_words(cast):
    demand = recipes.published_demand.make(owner=cast.enterprise, budget=None, required_maturity="", region="360781")
    achievement = recipes.published_achievement.make(owner=cast.university, region="360100")

    asked, offered = comparing.compared(cast.nobody, demand, achievement, [])

    assert [str(words) for words, _said in offered["facts"]] == [
        *("技术领域", "重点产业", "行政区划", "成熟度", "意向价格")
    ]
    assert {str(words): said for words, said in offered["facts"]}["意向价格"] == "80.00 万元"
    assert {str(words): said for words, said in asked["facts"]}["预期投入"] == "面议"
    assert "要求成熟度" not in {str(words) for words, _said in asked["facts"]}


def test_the_shared_phrases_are_marked_and_markup_stays_text(cast):
    demand = recipes.published_demand.make(owner=cast.enterprise, title="铜合金<b>线材", difficulties="连铸难")
    achievement = recipes.published_achievement.make(owner=cast.university, title="铜合金工艺", summary="别的")

    asked, offered = comparing.compared(cast.nobody, demand, achievement, ["铜合金"])

    assert "<mark>铜合金</mark>" in asked["title_html"]
    assert "&lt;b&gt;" in asked["title_html"]
    assert "<mark>铜合金</mark>" in offered["title_html"]
    assert all("<mark>" not in text for _words, text in asked["parts"])


def test_an_owner_that_stays_unnamed_is_not_named_beside_its_demand(cast):
    demand = recipes.published_demand.make(owner=cast.enterprise, is_anonymous=True)
    achievement = recipes.published_achievement.make(owner=cast.university)

    def owners(actor) -> list[str]:
        return [side["owner"] for side in comparing.compared(actor, demand, achievement, [])]

    assert owners(cast.broker) == ["匿名企业", "示例大学"]
    assert owners(cast.enterprise_clerk) == owners(cast.operator) == ["示例铜业有限公司", "示例大学"]


# Reasons


FACTS = {
    "same_local_industry": ({"code": "copper_and_cable"}, "同属铜基新材料与线缆产业"),
    "same_field": ({"code": "05"}, "同属"),
    "shared_ipc": ({"codes": ["H01B", "C22F"]}, "同属专利分类 H01B、C22F"),
    "same_region": ({"code": "360781"}, "同在瑞金市"),
    "owner_record": ({"signed": 1}, "成果方已签约 1 项"),
    "years_older": ({"years": 4}, "成果发布比需求早 4 年"),
    "maturity_short": ({"asked": 7, "offered": 4}, "成熟度不足（要求技术就绪度 7 级，现为 4 级）"),
    "price_over": ({"price": "1280000.00", "budget": "9000.00"}, "超出预算（价格 128.00 万元，预算 9,000.00 元）"),
}


def test_every_fact_has_its_words_here():
    assert set(FACTS) == set(reasons.WORDS)


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_is_said_in_words_of_both_languages(fact, db):
    values, words = FACTS[fact]
    kept = {"agreements": [{"fact": fact, **values}]}

    [said] = reasons.facts(kept, "agreements")
    with translation.override("en"):
        [in_english] = reasons.facts(kept, "agreements")

    assert said["code"] == in_english["code"] == fact
    assert said["words"].startswith(words)
    assert in_english["words"] != said["words"]


def test_a_sentence_names_four_phrases_at_most():
    said = reasons.sentence({"phrases": ["甲乙", "丙丁", "戊己", "庚辛", "壬癸"]})

    assert "庚辛" in said
    assert "壬癸" not in said
