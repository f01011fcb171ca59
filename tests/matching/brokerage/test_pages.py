"""The broker's desk: one button brings two together, forms move the deal, papers stay among the parties."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from matching.brokerage.models import Deal, Introduction
from tests import story as telling
from tests.matching.brokerage.desk import nothing_moves


def test_beside_a_match_stands_the_button_for_brokers_only(shelf, cast, api):
    demand = shelf.demand("高导电铜合金线材强度不足")
    achievement = shelf.achievement("高导电铜合金接触线的连续铸造")
    shelf.settle()
    address = f"/introductions/new?demand={demand.id}&amp;achievement={achievement.id}"

    pages = {
        name: api.as_(getattr(cast, name)).get(f"/matches/demand/{demand.id}/").content.decode()
        for name in ("broker", "enterprise_clerk")
    }

    assert {name for name, page in pages.items() if address in page} == {"broker"}
    assert all("都提到“高导电铜合金”" in page for page in pages.values())


def test_the_broker_reads_why_both_fit_and_introduces_them(shelf, cast, api):
    demand = shelf.demand("高导电铜合金线材强度不足")
    achievement = shelf.achievement("高导电铜合金接触线的连续铸造")
    shelf.settle()
    client = api.as_(cast.broker)
    pair = {"demand": demand.id, "achievement": achievement.id}

    asked = client.get("/introductions/new", pair).content.decode()
    done = client.post("/introductions/new", pair, follow=True)

    assert "都提到“高导电铜合金”" in asked
    row = Introduction.objects.get()
    assert done.redirect_chain == [(f"/introductions/{row.id}/", 302)]
    assert row.match["reason"] in done.content.decode()


def test_a_pair_without_a_match_asks_for_a_reason_and_keeps_nothing_until_there_is_one(pair, cast, api):
    client = api.as_(cast.broker)
    ids = {"demand": pair.demand.id, "achievement": pair.achievement.id}

    with nothing_moves():
        page = client.post("/introductions/new", ids).content.decode()

    assert "人工对接请填写对接说明" in page
    client.post("/introductions/new", ids | {"note": "走访"})
    assert Introduction.objects.get().note == "走访"


def test_the_page_of_a_deal_offers_its_next_stages_to_the_broker_and_none_to_the_parties(opened, cast, api):
    pages = {
        name: api.as_(getattr(cast, name)).get(f"/deals/{opened.id}/").content.decode()
        for name in ("broker", "university_clerk")
    }

    assert 'value="negotiating"' in pages["broker"]
    assert 'value="terms_agreed"' not in pages["broker"]
    assert 'name="stage"' not in pages["university_clerk"]
    assert opened.no in pages["university_clerk"]


@pytest.mark.parametrize(
    ("verb", "form", "words"),
    [
        ("advance", {"version": 7, "stage": "negotiating"}, "您已于 2026-03-02 09:00 在别处"),
        ("advance", {"version": 1, "stage": "signed"}, "项目的阶段已经变化"),
        ("lose", {"version": 1, "reason": ""}, "必填"),
        ("circumvent", {"version": 1, "note": ""}, "必填"),
    ],
)
def test_a_refused_move_stays_on_the_page_with_its_reason(opened, cast, api, verb, form, words):
    with nothing_moves():
        page = api.as_(cast.broker).post(f"/deals/{opened.id}/{verb}", form)

    assert page.status_code == 409
    assert words in page.content.decode().partition('class="errors"')[2]


def test_the_paper_of_a_step_is_for_the_parties(opened, cast, api, rival):
    scan = SimpleUploadedFile("保密协议.pdf", telling.SCAN)
    moved = api.as_(cast.broker).post(
        f"/deals/{opened.id}/advance", {"version": 1, "stage": "nda_signed", "note": "双方盖章", "proof": scan}
    )
    assert (moved.status_code, Deal.objects.get().stage) == (302, "nda_signed")
    step = opened.moves.order_by("id").last()
    address = f"/deals/{opened.id}/moves/{step.id}/proof"

    for actor in (cast.broker, cast.university_clerk, cast.enterprise_finance, cast.auditor):
        answer = api.as_(actor).get(address)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == telling.SCAN
    for actor in (rival, cast.other_clerk, cast.stranger):
        assert api.as_(actor).get(address).status_code == 404
    first = opened.moves.order_by("id").first()
    assert api.as_(cast.broker).get(f"/deals/{opened.id}/moves/{first.id}/proof").status_code == 404


def test_the_story_of_a_listing_names_its_introductions_to_those_who_may_see_them(introduced, pair, cast, api, rival):
    for address in (f"/story/demand/{pair.demand.id}/", f"/story/achievement/{pair.achievement.id}/"):
        found = {
            name: f"/introductions/{introduced.id}/" in api.as_(actor).get(address).content.decode()
            for name, actor in {"party": cast.university_clerk, "broker": cast.broker, "rival": rival}.items()
        }
        assert found == {"party": True, "broker": True, "rival": False}
