"""Introductions and deals over HTTP: lists, versions, keys, hidden rows, and what the wire shows."""

from datetime import timedelta
from uuid import uuid4

import pytest

from market.kernel.actor import Role
from matching.brokerage import services
from matching.brokerage.models import Deal, Introduction
from tests import story as telling
from tests.cast import MONDAY, member
from tests.market.accounts.desk import issue, machine
from tests.matching.brokerage.desk import nothing_moves, path, refusal, stand_in

BODIES = {
    "advance": {"stage": "negotiating"},
    "lose": {"reason": "price"},
    "circumvent": {"note": "双方自行签约"},
    "reopen": {"note": "企业回电"},
}


def pair_of(told, **changes):
    return {
        "demand_id": str(told.demand.id),
        "achievement_id": str(told.achievement.id),
        "note": "现场走访后推荐",
    } | changes


def test_an_introduction_is_made_over_the_wire_and_found_where_the_answer_says(pair, cast, api):
    client = api.as_(cast.broker)

    made = client.send("post", "/introductions", pair_of(pair))

    assert made.status_code == 201
    body = made.json()
    assert made["Location"] == f"/api/v1/introductions/{body['id']}"
    assert body["demand"] == {"id": str(pair.demand.id), "name": pair.demand.title}
    assert body["achievement"] == {"id": str(pair.achievement.id), "name": pair.achievement.title}
    assert body["agency"] == {"id": str(cast.agency.id), "name": cast.agency.name}
    assert (body["broker"], body["origin"], body["match"]) == ("broker", "by_hand", {})
    assert (body["note"], body["deal_id"]) == ("现场走访后推荐", None)
    assert client.send("get", f"/introductions/{body['id']}").json() == body


def test_a_deal_is_opened_and_moved_over_the_wire(introduced, cast, api):
    client = api.as_(cast.broker)

    made = client.send("post", "/deals", {"introduction_id": str(introduced.id)})

    assert (made.status_code, made["ETag"]) == (201, '"1"')
    body = made.json()
    assert made["Location"] == f"/api/v1/deals/{body['id']}"
    assert (body["stage"], body["version"], body["allowed"]) == ("introduced", 1, ["advance", "lose", "circumvent"])
    assert (body["seller"]["name"], body["buyer"]["name"]) == (cast.university.name, cast.enterprise.name)
    assert client.send("get", f"/introductions/{introduced.id}").json()["deal_id"] == body["id"]

    moved = client.send("post", f"/deals/{body['id']}/advance", {"stage": "negotiating", "note": "会谈"}, version=1)

    assert (moved.status_code, moved["ETag"], moved.json()["stage"]) == (200, '"2"', "negotiating")
    assert [(step["from_stage"], step["to_stage"], step["note"]) for step in moved.json()["moves"]] == [
        ("", "introduced", ""),
        ("introduced", "negotiating", "会谈"),
    ]
    assert client.send("get", f"/deals/{body['id']}").json() == moved.json()


def test_a_deal_is_lost_and_then_circumvented_over_the_wire(opened, cast, api):
    client = api.as_(cast.broker)

    lost = client.send("post", path(opened, "lose"), {"reason": "other_partner", "note": "另有选择"}, version=1).json()
    ended = client.send("post", path(opened, "circumvent"), {"note": "双方自行签约"}, version=2).json()

    assert (lost["stage"], lost["lost_reason"], lost["allowed"]) == ("lost", "other_partner", ["circumvent", "reopen"])
    assert (ended["stage"], ended["lost_reason"], ended["allowed"]) == ("circumvented", "other_partner", [])
    assert ended["ended_at"] is not None


@pytest.mark.parametrize("verb", BODIES)
def test_a_move_of_a_version_that_is_past_is_412_and_names_the_present_one(opened, cast, api, verb):
    client = api.as_(cast.broker)
    assert client.send("post", path(opened, "advance"), {"stage": "nda_signed"}, version=1).status_code == 200

    with nothing_moves():
        answer = client.send("post", path(opened, verb), BODIES[verb], version=1)

    assert refusal(answer) == (412, "stale_version")
    assert answer.json()["current_version"] == 2


@pytest.mark.parametrize("verb", BODIES)
def test_a_move_without_the_version_that_was_read_is_428(opened, cast, api, verb):
    with nothing_moves():
        answer = api.as_(cast.broker).send("post", path(opened, verb), BODIES[verb])

    assert refusal(answer) == (428, "version_missing")


@pytest.mark.parametrize("verb", BODIES)
def test_a_move_that_the_stage_forbids_is_409_and_names_the_stage(opened, cast, api, verb):
    stand_in(opened, "completed")

    with nothing_moves():
        answer = api.as_(cast.broker).send("post", path(opened, verb), BODIES[verb], version=1)

    assert refusal(answer) == (409, "wrong_state")
    assert answer.json()["state"] == "completed"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("advance", {}),
        ("advance", {"stage": "bargaining"}),
        ("advance", {"stage": "negotiating", "note": "x" * 1001}),
        ("advance", {"stage": "negotiating", "seller_id": str(uuid4())}),
        ("lose", {}),
        ("lose", {"reason": "bored"}),
        ("circumvent", {}),
        ("circumvent", {"note": "  "}),
    ],
)
def test_a_body_that_is_wrong_is_422_and_moves_nothing(opened, cast, api, verb, body):
    with nothing_moves():
        answer = api.as_(cast.broker).send("post", path(opened, verb), body, version=1)

    assert refusal(answer) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"note": " "}, (422, "note_needed")),
        ({"demand_id": str(uuid4())}, (404, "not_found")),
        ({"demand_id": "x"}, (422, "invalid_input")),
        ({"origin": "match"}, (422, "invalid_input")),
    ],
)
def test_a_refused_introduction_has_its_code(pair, cast, api, changes, expected):
    with nothing_moves():
        answer = api.as_(cast.broker).send("post", "/introductions", pair_of(pair, **changes))

    assert refusal(answer) == expected


def test_the_second_introduction_and_the_second_deal_are_409(opened, introduced, pair, cast, api):
    client = api.as_(cast.broker)

    with nothing_moves():
        again = client.send("post", "/introductions", pair_of(pair))
        deal = client.send("post", "/deals", {"introduction_id": str(introduced.id)})

    assert refusal(again) == (409, "already_introduced")
    assert refusal(deal) == (409, "deal_exists")


def test_a_repeat_under_one_key_gets_the_first_answer_and_has_no_second_effect(pair, cast, api):
    client = api.as_(cast.broker)
    introduction = client.send("post", "/introductions", pair_of(pair), key="meet-1")
    opening = {"introduction_id": introduction.json()["id"]}
    opened = client.send("post", "/deals", opening, key="open-1")
    target = f"/deals/{opened.json()['id']}/advance"
    moved = client.send("post", target, {"stage": "negotiating"}, version=1, key="move-1")

    with nothing_moves():
        repeats = [
            client.send("post", "/introductions", pair_of(pair), key="meet-1"),
            client.send("post", "/deals", opening, key="open-1"),
            client.send("post", target, {"stage": "negotiating"}, version=1, key="move-1"),
        ]

    assert [answer.status_code for answer in repeats] == [201, 201, 200]
    assert [answer.content for answer in repeats] == [introduction.content, opened.content, moved.content]
    assert (Introduction.objects.count(), Deal.objects.get().version) == (1, 2)


PARTIES = ("university_clerk", "enterprise_clerk", "enterprise_finance", "broker", "auditor", "operator")
OTHERS = ("other_clerk", "registrar", "approver", "leader", "stranger", "nobody")


@pytest.mark.parametrize("name", PARTIES)
def test_parties_and_their_broker_see_the_introduction_and_the_deal(opened, introduced, cast, api, name):
    client = api.as_(getattr(cast, name))

    for place, row in (("/introductions", introduced), ("/deals", opened)):
        assert [item["id"] for item in client.send("get", place).json()["items"]] == [str(row.id)]
        assert client.send("get", f"{place}/{row.id}").status_code == 200


@pytest.mark.parametrize("name", OTHERS)
def test_to_others_they_do_not_exist(opened, introduced, cast, api, rival, name):
    for client in (api if name == "nobody" else api.as_(getattr(cast, name)), api.as_(rival)):
        for place, row in (("/introductions", introduced), ("/deals", opened)):
            assert client.send("get", place).json() == {"items": [], "next": None}
            hidden, absent = (client.send("get", f"{place}/{pk}") for pk in (row.id, uuid4()))
            assert refusal(hidden) == refusal(absent) == (404, "not_found")


def test_who_does_not_see_a_deal_cannot_tell_it_from_none_by_moving_it(opened, cast, api, rival):
    client = api.as_(rival)

    for verb, body in BODIES.items():
        with nothing_moves():
            hidden = client.send("post", path(opened, verb), body, version=1)
            absent = client.send("post", f"/deals/{uuid4()}/{verb}", body, version=1)
        assert refusal(hidden) == refusal(absent) == (404, "not_found"), verb


def test_the_lists_are_newest_first_by_page_and_deals_by_stage(cast, api):
    told = [telling.open_deal(telling.publish(cast), at=MONDAY + timedelta(hours=hour)) for hour in range(3)]
    newest = [row.deal for row in reversed(told)]
    services.advance_deal(
        actor=cast.broker, deal_id=newest[1].id, version=None, stage="negotiating", note="", at=MONDAY
    )
    client = api.as_(cast.enterprise_clerk)

    for place, rows in (("/deals", newest), ("/introductions", [deal.introduction for deal in newest])):
        first = client.send("get", f"{place}?limit=2").json()
        second = client.send("get", f"{place}?limit=2&cursor={first['next']}").json()
        assert [item["id"] for item in first["items"]] == [str(row.id) for row in rows[:2]]
        assert [item["id"] for item in second["items"]] == [str(rows[2].id)]
        assert second["next"] is None
        assert refusal(client.send("get", f"{place}?cursor=forged")) == (400, "invalid_cursor")
    assert [row["id"] for row in client.send("get", "/deals?stage=negotiating").json()["items"]] == [str(newest[1].id)]
    assert len(client.send("get", "/deals?stage=introduced").json()["items"]) == 2
    assert refusal(client.send("get", "/deals?stage=bargaining")) == (422, "invalid_input")
    assert refusal(client.send("get", "/deals?state=introduced")) == (400, "unknown_parameter")


def test_a_key_of_the_agency_moves_deals_within_its_scopes_and_in_nobodys_name(opened, cast):
    manager = agency_manager(cast)
    scopes = ["deals:read", "deals:write"]
    _row, reading = issue(manager, roles=["broker"], scopes=scopes[:1])
    _row, writing = issue(manager, roles=["broker"], scopes=scopes)

    with nothing_moves():
        assert machine(reading).send("post", path(opened, "advance"), BODIES["advance"], version=1).status_code == 403
    answer = machine(writing).send("post", path(opened, "advance"), BODIES["advance"], version=1)

    assert (answer.status_code, answer.json()["stage"]) == (200, "negotiating")
    assert opened.moves.order_by("id").last().moved_by_id is None


def test_a_key_introduces_nobody_since_evidence_names_a_person(pair, cast):
    scopes = ["introductions:read", "introductions:write", "demands:read", "achievements:read"]
    _row, token = issue(agency_manager(cast), roles=["broker"], scopes=scopes)

    with nothing_moves():
        answer = machine(token).send("post", "/introductions", pair_of(pair))

    assert refusal(answer) == (403, "not_allowed")


def agency_manager(cast):
    return member(cast.agency, "agency-manager", Role.MANAGER, Role.BROKER)
