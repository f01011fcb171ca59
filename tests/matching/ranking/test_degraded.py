"""Without Elasticsearch PostgreSQL ranks, more plainly, and says so."""

import socket

import pytest

from matching.brokerage import services as brokerage
from matching.ranking import queries, scoring
from search import engine
from tests.cast import MONDAY

WANTED = "高导电铜合金线材强度不足"
NEAR, FAR, FOREIGN = "高导电铜合金线材的强度提升工艺", "铜合金管件", "脐橙保鲜"
PLAIN = {"summary": "工艺", "technology_field": "", "local_industry": ""}


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def demand(shelf):
    row = shelf.demand(WANTED, difficulties="断裂")
    for title in (FOREIGN, FAR, NEAR):
        shelf.achievement(title, **PLAIN)
    shelf.settle()
    return row


@pytest.fixture(params=["refused", "not configured"])
def away(request, demand, settings):
    """The engine goes away after all is indexed."""
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{closed_port()}" if request.param == "refused" else ""
    return demand


def ask(client, row, kind="demands"):
    answer = client.send("get", f"/{kind}/{row.id}/matches")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_database_answers_in_its_place_ranked_and_with_reasons(away, api):
    found = ask(api, away)

    assert (found["degraded"], found["model"]) == (True, "lexical-1")
    assert [item["title"] for item in found["items"]] == [NEAR, FAR]
    assert [item["parts"].keys() for item in found["items"]] == [{"text"}] * 2
    assert [item["score"] for item in found["items"]] == [scoring.score(item["parts"]) for item in found["items"]]
    assert found["items"][0]["score"] > found["items"][1]["score"] > 0
    assert found["items"][0]["reason"].startswith("都提到“高导电铜合金线材”")


def test_control_the_same_question_with_the_engine_there_is_not_degraded(demand, api):
    found = ask(api, demand)

    assert found["degraded"] is False
    assert [item["title"] for item in found["items"]] == [NEAR, FAR]


def test_an_achievement_is_matched_with_demands_too(away, shelf, api):
    row = next(match.row for match in queries.matches_for_demand(actor=shelf.cast.nobody, demand_id=away.id).items)

    found = ask(api, row, kind="achievements")

    assert found["degraded"] is True
    assert [item["title"] for item in found["items"]] == [WANTED]


def test_the_page_says_that_the_answer_is_plainer(away, api):
    page = api.get(f"/matches/demand/{away.id}/").content.decode()

    assert "匹配由数据库给出" in page
    assert page.index(NEAR) < page.index(FAR)


def test_a_text_without_words_matches_nothing_there_either(away, shelf, api):
    row = shelf.demand("？？", difficulties="。。")

    assert ask(api, row)["items"] == []


def test_an_introduction_keeps_the_plainer_match(away, cast):
    near = queries.matches_for_demand(actor=cast.broker, demand_id=away.id).items[0]

    row = brokerage.introduce(actor=cast.broker, demand_id=away.id, achievement_id=near.id, note="", at=MONDAY)

    row.refresh_from_db()
    assert (row.origin, row.match["parts"], row.match["score"]) == ("match", near.parts, near.score)


def test_matching_goes_on_with_the_engine_once_it_is_back(demand, api, settings):
    address = settings.ELASTICSEARCH_URL
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{closed_port()}"
    assert [ask(api, demand)["degraded"] for _ in range(4)] == [True] * 4

    settings.ELASTICSEARCH_URL = address
    engine.breaker.reset()

    assert ask(api, demand)["degraded"] is False
