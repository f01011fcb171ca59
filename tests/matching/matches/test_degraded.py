"""Without Elasticsearch PostgreSQL proposes, by words only; it is said, and made good when the engine is back."""

import socket

import pytest

from matching.brokerage import services as brokerage
from matching.matches import queries, queue
from matching.matches.models import MatchState
from search.index import engine
from tests.cast import MONDAY
from tests.running import run_outbox

WANTED = "高导电铜合金线材强度不足"
NEAR, FOREIGN = "高导电铜合金线材的强度提升工艺", "脐橙保鲜"
PLAIN = {"summary": "工艺", "technology_field": "", "local_industry": ""}


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(params=["refused", "not configured"])
def away(request, shelf, settings):
    """The engine goes away after all is indexed and before it is matched."""
    row = shelf.demand(WANTED, difficulties="断裂")
    for title in (FOREIGN, NEAR):
        shelf.achievement(title, **PLAIN)
    run_outbox()
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{closed_port()}" if request.param == "refused" else ""
    queue.drain()
    return row


def ask(client, row, kind="demands"):
    answer = client.send("get", f"/{kind}/{row.id}/matches")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_database_proposes_in_its_place_and_the_pairs_are_read_as_closely(away, api):
    found = ask(api, away)

    assert found["degraded"] is True
    assert [item["title"] for item in found["items"]] == [NEAR]
    assert found["items"][0]["reason"].startswith("都提到“高导电铜合金线材”")


def test_an_achievement_is_matched_with_demands_too(away, api, cast):
    row = queries.matches_for_demand(actor=cast.nobody, demand_id=away.id).items[0].listing

    found = ask(api, row, kind="achievements")

    assert found["degraded"] is True
    assert [item["title"] for item in found["items"]] == [WANTED]


def test_the_page_says_that_words_alone_proposed(away, api):
    page = api.get(f"/matches/demand/{away.id}/").content.decode()

    assert "候选仅按用词给出" in page
    assert NEAR in page
    assert FOREIGN not in page


def test_stored_matches_are_shown_while_the_engine_is_away(away, api, settings):
    before = ask(api, away)["items"]
    settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{closed_port()}"

    assert ask(api, away)["items"] == before


def test_an_introduction_keeps_the_match_as_it_is(away, cast):
    near = queries.matches_for_demand(actor=cast.broker, demand_id=away.id).items[0]

    row = brokerage.introduce(actor=cast.broker, demand_id=away.id, achievement_id=near.listing.id, note="", at=MONDAY)

    row.refresh_from_db()
    assert (row.origin, row.match["parts"], row.match["level"]) == ("match", near.row.features, near.row.level)


def test_nothing_is_matched_again_before_the_engine_is_back(away):
    assert queue.revive(at=MONDAY) == 0
    assert not MatchState.objects.filter(due_since_at__isnull=False).exists()


def test_what_was_degraded_is_made_good(shelf, api, settings):
    address = settings.ELASTICSEARCH_URL
    row = shelf.demand(WANTED)
    shelf.achievement(NEAR, **PLAIN)
    run_outbox()
    settings.ELASTICSEARCH_URL = ""
    queue.drain()
    assert ask(api, row)["degraded"] is True

    settings.ELASTICSEARCH_URL = address
    engine.breaker.reset()
    assert queue.revive(at=MONDAY) == 2
    queue.drain()

    assert ask(api, row)["degraded"] is False
