"""Nobody is shown a match that is not theirs to see, however far the index is behind."""

import pytest

from listings.catalog import services as catalog
from listings.catalog.models import Achievement, Disclosure, State
from matching.matches import queries, queue
from tests.cast import MONDAY
from tests.market.accounts.desk import issue, machine
from tests.matching.brokerage.desk import refusal
from tests.running import run_outbox
from tests.search.conftest import refresh

TITLE = "高导电铜合金线材"
PEOPLE = ("nobody", "stranger", "other_clerk", "university_clerk", "broker", "operator", "auditor")
VERIFIED = {"other_clerk", "university_clerk", "broker", "operator", "auditor"}


@pytest.fixture(params=["elasticsearch", "postgresql"])
def engine_kind(request, settings):
    """Each rule holds for the engine and for the plainer answer without it."""
    return request.param


@pytest.fixture
def settle(shelf, settings, engine_kind):
    def done():
        run_outbox()
        refresh()
        if engine_kind == "postgresql":
            settings.ELASTICSEARCH_URL = ""
        queue.drain()

    return done


def found_by(actor, demand, engine_kind):
    answer = queries.matches_for_demand(actor=actor, demand_id=demand.id)
    assert answer.is_degraded is (engine_kind == "postgresql")
    return {match.listing.id for match in answer.items}


def test_an_organisation_is_not_matched_with_itself(shelf, cast, settle, engine_kind):
    demand = shelf.demand(TITLE)
    own = shelf.achievement(TITLE, owner=cast.enterprise_clerk)
    other = shelf.achievement(TITLE)
    settle()

    for actor in cast.everyone.values():
        assert found_by(actor, demand, engine_kind) == {other.id}
    found = queries.matches_for_achievement(actor=cast.operator, achievement_id=own.id)
    assert list(found.items) == []


@pytest.mark.parametrize("state", [state for state in State if state not in {"published", "under_negotiation"}])
def test_what_is_not_open_never_appears(shelf, cast, settle, engine_kind, state):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    settle()
    assert found_by(cast.operator, demand, engine_kind) == {row.id}

    # The index has not heard of it yet; the row decides.
    Achievement.objects.filter(pk=row.pk).update(state=state)

    for actor in cast.everyone.values():
        assert found_by(actor, demand, engine_kind) == set()


def test_what_was_withdrawn_makes_room_for_the_next(shelf, cast, settle):
    demand = shelf.demand(TITLE)
    rows = [shelf.achievement(TITLE) for _ in range(2)]
    shelf.withdraw(rows[0])
    settle()

    found = queries.matches_for_demand(actor=cast.nobody, demand_id=demand.id, limit=1)

    assert [match.listing.id for match in found.items] == [rows[1].id]


def test_a_listing_under_negotiation_is_still_matched(shelf, cast, settle, engine_kind):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    catalog.mark_negotiating(achievement_id=row.id, demand_id=demand.id, at=MONDAY)
    settle()

    assert found_by(cast.nobody, demand, engine_kind) == {row.id}


@pytest.mark.parametrize(
    ("disclosure", "readers"),
    [
        (Disclosure.PUBLIC, {*PEOPLE}),
        (Disclosure.SIGNED_IN, {*PEOPLE} - {"nobody"}),
        (Disclosure.VERIFIED, VERIFIED),
        (Disclosure.ORGANISATION, {"university_clerk", "operator"}),
    ],
)
def test_a_match_shows_as_far_as_its_disclosure_reaches(shelf, cast, settle, engine_kind, disclosure, readers):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE, disclosure=disclosure)
    settle()

    found = {name for name in PEOPLE if found_by(getattr(cast, name), demand, engine_kind) == {row.id}}

    assert found == readers


def test_what_one_may_not_see_takes_no_place_in_the_list(shelf, cast, settle):
    demand = shelf.demand(TITLE)
    shelf.achievement(TITLE, disclosure=Disclosure.ORGANISATION)
    seen = shelf.achievement(f"{TITLE}的剪切装置", summary="剪切")
    settle()

    found = queries.matches_for_demand(actor=cast.nobody, demand_id=demand.id, limit=1)

    assert [match.listing.id for match in found.items] == [seen.id]


def test_a_disclosure_that_was_narrowed_holds_before_the_index_hears_of_it(shelf, cast, settle, engine_kind):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    settle()
    Achievement.objects.filter(pk=row.pk).update(disclosure=Disclosure.ORGANISATION)

    assert found_by(cast.other_clerk, demand, engine_kind) == set()
    assert found_by(cast.university_clerk, demand, engine_kind) == {row.id}


def test_matches_of_a_listing_are_for_those_who_see_it(shelf, cast, api):
    demand = shelf.demand(TITLE, disclosure=Disclosure.VERIFIED)
    shelf.achievement(TITLE)
    shelf.settle()

    read = set()
    for name in PEOPLE:
        client = api if name == "nobody" else api.as_(getattr(cast, name))
        for address in (f"/api/v1/demands/{demand.id}/matches", f"/matches/demand/{demand.id}/"):
            status = client.get(address).status_code
            assert status in {200, 404}
            if status == 200:
                read.add((name, address[1:4]))

    assert read == {(name, door) for name in VERIFIED for door in ("api", "mat")}


def test_a_match_names_no_owner_so_an_anonymous_demand_stays_so(shelf, cast, api):
    row = shelf.achievement(TITLE)
    shelf.demand(TITLE, is_anonymous=True)
    shelf.settle()

    for client in (api, api.as_(cast.university_clerk), api.as_(cast.broker)):
        answer = client.send("get", f"/achievements/{row.id}/matches")
        page = client.get(f"/matches/achievement/{row.id}/")
        assert len(answer.json()["items"]) == 1
        for content in (answer.content.decode(), page.content.decode()):
            assert cast.enterprise.name not in content
            assert str(cast.enterprise.id) not in content


def test_a_key_is_shown_matches_of_the_kinds_in_its_scopes_only(shelf, cast, api):
    demand, _row = shelf.demand(TITLE), shelf.achievement(TITLE)
    shelf.settle()
    address = f"/demands/{demand.id}/matches"

    def asked(*scopes):
        _key, token = issue(cast.other_clerk, scopes=scopes)
        return machine(token).send("get", address)

    assert len(asked("demands:read", "achievements:read").json()["items"]) == 1
    assert asked("demands:read").json()["items"] == []
    assert refusal(asked("achievements:read")) == (404, "not_found")
