"""What people say of a pair: by whom, what it changes for them, and that it stays with their organisation."""

import pytest

from market.kernel.models import AuditRow
from matching.matches import queries, services
from matching.matches.models import Verdict
from matching.matches.problems import VerdictNeedsNote, VerdictUnknown
from tests.cast import MONDAY
from tests.market.accounts.desk import issue, machine
from tests.matching.brokerage.desk import refusal

TITLE = "高导电铜合金线材"


@pytest.fixture
def demand(shelf):
    return shelf.demand(TITLE)


@pytest.fixture
def rows(shelf, demand):
    found = [shelf.achievement(TITLE), shelf.achievement(f"{TITLE}的制备")]
    shelf.settle()
    return found


def say(actor, demand, row, code, note=""):
    return services.give_verdict(
        actor=actor, demand_id=demand.id, achievement_id=row.id, code=code, note=note, at=MONDAY
    )


def listed(actor, demand):
    found = queries.matches_for_demand(actor=actor, demand_id=demand.id)
    return [item.listing.id for item in found.items], [item.listing.id for item in found.set_aside]


def test_a_refused_match_is_set_aside_for_the_organisation_that_refused_it_and_for_no_other(cast, demand, rows):
    first, second = listed(cast.enterprise_clerk, demand)[0]
    refused = next(row for row in rows if row.id == first)

    say(cast.enterprise_clerk, demand, refused, "immature")

    assert listed(cast.enterprise_clerk, demand) == ([second], [first])
    assert listed(cast.broker, demand) == ([first, second], [])
    assert listed(cast.operator, demand) == ([first, second], [])


def test_what_fits_comes_first(cast, demand, rows):
    _first, second = listed(cast.broker, demand)[0]

    say(cast.broker, demand, next(row for row in rows if row.id == second), "fits")

    assert listed(cast.broker, demand)[0][0] == second


def test_a_later_word_replaces_the_earlier_and_each_is_in_the_audit(cast, demand, rows):
    say(cast.broker, demand, rows[0], "fits")
    verdict = say(cast.broker, demand, rows[0], "too_dear")

    assert list(Verdict.objects.values_list("code", flat=True)) == ["too_dear"]
    actions = AuditRow.objects.filter(subject_id=str(verdict.id)).values_list("action", "changes__code")
    assert list(actions) == [("verdict.given", "fits"), ("verdict.given", "too_dear")]


def test_a_verdict_keeps_what_the_market_had_said(cast, demand, rows):
    match = queries.match_of(actor=cast.broker, demand_id=demand.id, achievement_id=rows[0].id)

    verdict = say(cast.broker, demand, rows[0], "wrong_field")

    assert (verdict.level, verdict.model) == (match.level, match.model)


def test_a_verdict_that_is_taken_back_brings_the_match_back(cast, demand, rows):
    before = listed(cast.enterprise_clerk, demand)
    say(cast.enterprise_clerk, demand, rows[0], "duplicate")

    services.withdraw_verdict(actor=cast.enterprise_clerk, demand_id=demand.id, achievement_id=rows[0].id, at=MONDAY)

    assert listed(cast.enterprise_clerk, demand) == before
    assert not Verdict.objects.exists()


def test_another_reason_must_be_named_and_codes_are_a_list(cast, demand, rows):
    with pytest.raises(VerdictNeedsNote):
        say(cast.broker, demand, rows[0], "other", "  ")
    with pytest.raises(VerdictUnknown):
        say(cast.broker, demand, rows[0], "perfect")
    assert not Verdict.objects.exists()

    assert say(cast.broker, demand, rows[0], "other", "对方已停产").note == "对方已停产"


def test_parties_and_brokers_judge_and_nobody_else(cast, demand, rows, api):
    address = f"/verdicts/{demand.id}/{rows[0].id}"
    answers = {
        name: api.as_(actor).send("put", address, {"code": "fits"}).status_code
        for name, actor in cast.everyone.items()
        if actor.is_signed_in
    }

    assert {name for name, status in answers.items() if status == 200} == {
        "university_clerk",
        "enterprise_clerk",
        "broker",
    }
    assert refusal(api.send("put", address, {"code": "fits"})) == (401, "not_signed_in")
    assert set(answers.values()) == {200, 403}


def test_nobody_reads_the_word_of_another_organisation(cast, demand, rows, api):
    say(cast.enterprise_clerk, demand, rows[0], "other", "只有我们知道的原因")

    for name, actor in cast.everyone.items():
        client = api if not actor.is_signed_in else api.as_(actor)
        read = client.send("get", f"/demands/{demand.id}/matches").content.decode()
        pages = [
            client.get(f"/matches/demand/{demand.id}/"),
            client.get(f"/matches/pair/{demand.id}/{rows[0].id}/"),
            client.get("/matching/"),
        ]
        seen = "只有我们知道的原因" in read + "".join(page.content.decode() for page in pages)
        assert seen is actor.acts_for(cast.enterprise.id), name


def test_the_operator_reads_how_many_said_what(cast, demand, rows, api):
    say(cast.enterprise_clerk, demand, rows[0], "immature")
    say(cast.broker, demand, rows[0], "immature")

    assert ("成熟度不足", 2) in [
        (str(label), count) for label, count in queries.operating(actor=cast.operator)["verdicts"]
    ]


def test_a_key_says_only_what_its_scopes_allow(cast, demand, rows, api):
    address = f"/verdicts/{demand.id}/{rows[0].id}"
    readers = ("demands:read", "achievements:read")

    def put(*scopes):
        _key, token = issue(cast.university_clerk, roles=["clerk"], scopes=[*readers, *scopes])
        return machine(token).send("put", address, {"code": "fits"}).status_code

    assert put() == 403
    assert put("verdicts:read") == 403
    assert put("verdicts:read", "verdicts:write") == 200


def test_a_verdict_of_a_hidden_pair_is_not_found(cast, shelf, api):
    demand = shelf.demand(TITLE)
    hidden = shelf.achievement(TITLE, disclosure="organisation")

    answer = api.as_(cast.enterprise_clerk).send("put", f"/verdicts/{demand.id}/{hidden.id}", {"code": "fits"})

    assert refusal(answer) == (404, "not_found")


def test_one_click_on_the_page_records_and_takes_back(cast, demand, rows, api):
    client = api.as_(cast.enterprise_clerk)
    here = f"/matches/demand/{demand.id}/"
    address = f"/matches/pair/{demand.id}/{rows[0].id}/verdict/"
    assert "合适" in client.get(here).content.decode()

    done = client.post(address, {"code": "fits", "next": here}, follow=True)

    assert done.redirect_chain == [(here, 302)]
    assert "本单位的判断：合适" in done.content.decode()
    client.post(address, {"code": "", "next": here})
    assert not Verdict.objects.exists()


def test_the_way_back_from_a_button_leads_nowhere_else(cast, demand, rows, api):
    address = f"/matches/pair/{demand.id}/{rows[0].id}/verdict/"

    for elsewhere in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        answer = api.as_(cast.enterprise_clerk).post(address, {"code": "fits", "next": elsewhere})
        assert answer["Location"] == f"/matches/pair/{demand.id}/{rows[0].id}/"
