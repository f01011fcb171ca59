"""Matches both ways over HTTP: which listings, in which order, and why."""

import re
from uuid import uuid4

import pytest

from listings.catalog import services as catalog
from listings.catalog.data import DemandData
from matching.matches import scorer
from matching.matches.models import Level
from search.analysis import text
from tests.cast import MONDAY
from tests.matching.brokerage.desk import refusal
from tests.story import ACHIEVEMENT, DEMAND

PLAIN = {"summary": "", "technology_field": "", "local_industry": ""}
WANTED = "高导电铜合金线材强度不足"
# From the nearest to the farthest; the last has nothing of the demand.
OFFERED = {
    "高导电铜合金线材的强度提升工艺": {},
    "铜合金管件连续铸造": {},
    "钢管矫直": PLAIN | {"summary": "附记：也可用于线材。"},
    "脐橙保鲜": PLAIN | {"summary": "果品冷藏"},
}


def matches(client, row, *, kind="demands", query=""):
    answer = client.send("get", f"/{kind}/{row.id}/matches{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def titles(found):
    return [item["title"] for item in found["items"]]


@pytest.fixture
def demand(shelf):
    """A demand, and achievements near to it and far from it, in the index."""
    row = shelf.demand(WANTED)
    for title, changes in OFFERED.items():
        shelf.achievement(title, **changes)
    shelf.settle()
    return row


def test_a_demand_finds_the_achievements_that_share_its_words_best_first(demand, api):
    found = matches(api, demand)

    assert titles(found)[:2] == list(OFFERED)[:2]
    assert "脐橙保鲜" not in titles(found)
    assert (found["degraded"], found["waiting"], found["next"]) == (False, False, None)
    assert found["model"] == scorer.model_name()


def test_an_achievement_finds_the_demands_that_could_use_it_best_first(shelf, api):
    row = shelf.achievement("高导电铜合金接触线的连续铸造")
    for title in ("铜合金管件开裂", "高导电铜合金接触线断裂", "脐橙腐烂"):
        shelf.demand(title, difficulties="难", technology_field="", local_industry="")
    shelf.settle()

    found = matches(api, row, kind="achievements")

    assert titles(found) == ["高导电铜合金接触线断裂", "铜合金管件开裂"]
    assert found["items"][0]["reason"].startswith("都提到“高导电铜合金接触线”")


def test_a_level_is_said_in_words_and_orders_the_list(demand, api):
    items = matches(api, demand)["items"]

    assert [item["level_name"] for item in items] == [str(Level(item["level"]).label) for item in items]
    levels, scores = ([item[name] for item in items] for name in ("level", "score"))
    assert levels == sorted(levels, reverse=True)
    assert scores == sorted(scores, reverse=True)
    assert levels[0] >= Level.FAIR


def test_listings_that_fit_alike_keep_one_order(shelf, api):
    row = shelf.demand(WANTED)
    rows = [shelf.achievement("高导电铜合金") for _ in range(4)]
    shelf.settle()
    for row_id in (rows[0].id, rows[2].id):  # written to the index once more, behind the others
        catalog.update_listing(
            actor=shelf.cast.university_clerk,
            kind="achievement",
            listing_id=row_id,
            version=None,
            changes={"contact_name": "新联系人"},
            at=MONDAY,
        )
        shelf.settle()

    found = [item["id"] for item in matches(api, row)["items"]]

    assert found == sorted(str(row.id) for row in rows)
    assert [item["id"] for item in matches(api, row)["items"]] == found


def test_the_phrases_of_a_reason_occur_on_both_sides(demand, api):
    ours = text.normalised(f"{demand.title}\n{demand.difficulties}")

    for item in matches(api, demand)["items"]:
        offered = ACHIEVEMENT | {"title": item["title"]} | OFFERED[item["title"]]
        theirs = text.normalised(f"{offered['title']}\n{offered['summary']}")
        phrases = re.findall("“(.+?)”", item["reason"])
        assert phrases, item
        for phrase in phrases:
            assert phrase in ours
            assert phrase in theirs


def test_a_reason_is_one_line_and_names_the_industry_and_the_place_that_both_have(shelf, api):
    row = shelf.demand(WANTED)
    shelf.achievement("高导电铜合金接触线", owner=shelf.cast.other_clerk, summary="拉拔")
    shelf.settle()

    (item,) = matches(api, row)["items"]

    assert item["reason"] == "都提到“高导电铜合金”；同属铜基新材料与线缆产业；同在瑞金市"


def test_as_many_are_shown_as_were_asked_for(demand, api):
    assert titles(matches(api, demand, query="?limit=1")) == list(OFFERED)[:1]
    for limit in (0, 101, "x"):
        assert refusal(api.send("get", f"/demands/{demand.id}/matches?limit={limit}")) == (422, "invalid_input")
    assert refusal(api.send("get", f"/demands/{demand.id}/matches?top=1")) == (400, "unknown_parameter")


def test_a_listing_that_is_not_there_has_no_matches_to_show(demand, api):
    for kind in ("demands", "achievements"):
        assert refusal(api.send("get", f"/{kind}/{uuid4()}/matches")) == (404, "not_found")
    assert refusal(api.send("get", f"/achievements/{demand.id}/matches")) == (404, "not_found")


@pytest.mark.parametrize("title", ["？？", "…… —— ！", "☆☆"])
def test_a_text_without_words_matches_nothing(shelf, api, title):
    row = shelf.demand(title, difficulties="。。", technology_field="", local_industry="")
    shelf.achievement(title, **PLAIN)
    shelf.settle()

    assert matches(api, row)["items"] == []


def test_a_demand_in_latin_letters_and_numbers_is_matched_by_its_words(shelf, api):
    row = shelf.demand("LiFePO4 10kV", difficulties="BMS")
    shelf.achievement("10KV lifepo4", **PLAIN)
    shelf.achievement("12kV NMC", **PLAIN)
    shelf.settle()

    assert titles(matches(api, row)) == ["10KV lifepo4"]


def test_traditional_characters_match_simplified_ones(shelf, api):
    row = shelf.demand("稀土永磁電機", difficulties="難")
    shelf.achievement("稀土永磁电机", **PLAIN)
    shelf.settle()

    (item,) = matches(api, row)["items"]

    assert item["reason"].startswith("都提到“稀土永磁電機”")


def test_the_owner_of_a_draft_sees_what_would_fit_it(shelf, cast, api):
    draft = catalog.create_demand(actor=cast.enterprise_clerk, data=DemandData(**DEMAND), at=MONDAY)
    shelf.achievement("高导电铜合金接触线")
    shelf.settle()

    assert titles(matches(api.as_(cast.enterprise_clerk), draft)) == ["高导电铜合金接触线"]
    assert refusal(api.send("get", f"/demands/{draft.id}/matches")) == (404, "not_found")
