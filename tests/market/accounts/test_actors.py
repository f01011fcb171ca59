"""For whom a person acts, and how one of several organisations is chosen."""

import pytest

from market.accounts import services
from market.accounts.actors import actor_for
from market.accounts.models import Membership, User
from market.kernel.actor import Actor, OrganisationKind, Role
from tests.cast import MONDAY
from tests.market.accounts.desk import membership, refusal


@pytest.fixture
def both(cast) -> User:
    """The university's finance officer, who is also a clerk of the enterprise."""
    user = User.objects.get(pk=cast.university_finance.user_id)
    Membership.objects.create(user=user, organisation=cast.enterprise, roles=["clerk"])
    return user


@pytest.fixture
def client(api, both):
    found = type(api)()
    found.force_login(both)
    return found


def test_a_person_without_organisation_is_signed_in_and_no_more(cast):
    user = User.objects.get(pk=cast.stranger.user_id)

    assert actor_for(user) == Actor(user_id=user.id, name="stranger")


def test_an_actor_carries_what_the_membership_and_its_organisation_say(cast, both):
    assert actor_for(both, cast.enterprise.id) == Actor(
        user_id=both.id,
        name="university-finance",
        organisation_id=cast.enterprise.id,
        organisation_kind=OrganisationKind.ENTERPRISE,
        organisation_name="示例铜业有限公司",
        is_verified=True,
        roles=frozenset({Role.CLERK}),
    )


def test_a_person_acts_for_the_organisation_joined_first_unless_another_of_theirs_is_named(cast, both):
    assert actor_for(both).organisation_id == cast.university.id
    assert actor_for(both, cast.registry.id).organisation_id == cast.university.id
    assert actor_for(both, cast.enterprise.id).organisation_id == cast.enterprise.id


def test_a_session_acts_for_the_organisation_chosen_on_the_page_with_its_roles_only(cast, client):
    assert client.send("get", "/me").json()["roles"] == ["finance"]

    client.post("/organisation/act-for", {"organisation": cast.enterprise.id})

    me = client.send("get", "/me").json()
    assert (me["organisation_id"], me["roles"]) == (str(cast.enterprise.id), ["clerk"])


def test_another_session_of_the_person_is_not_touched_by_the_choice(cast, api, client, both):
    other = api.as_(cast.university_finance)

    client.post("/organisation/act-for", {"organisation": cast.enterprise.id})

    assert other.send("get", "/me").json()["organisation_id"] == str(cast.university.id)


@pytest.mark.parametrize("wanted", ["registry", "", "x"])
def test_an_organisation_that_is_not_theirs_cannot_be_chosen(cast, client, wanted):
    value = cast.registry.id if wanted == "registry" else wanted

    answer = client.post("/organisation/act-for", {"organisation": value})

    assert answer.status_code == 404
    assert client.send("get", "/me").json()["organisation_id"] == str(cast.university.id)


def test_a_passer_by_chooses_nothing(cast, api):
    assert api.post("/organisation/act-for", {"organisation": cast.university.id}).status_code == 401


def test_a_session_falls_back_when_the_chosen_membership_ends(cast, client, both):
    client.post("/organisation/act-for", {"organisation": cast.enterprise.id})
    row = Membership.objects.get(user=both, organisation=cast.enterprise)

    services.end_membership(actor=cast.enterprise_clerk, membership_id=row.id, at=MONDAY)

    me = client.send("get", "/me").json()
    assert (me["organisation_id"], me["roles"]) == (str(cast.university.id), ["finance"])


def test_roles_of_one_organisation_are_not_used_in_the_other(cast, client):
    """A clerk lists achievements; this one is a clerk of the enterprise only."""
    row = membership(cast.enterprise_finance, cast.enterprise)
    Membership.objects.filter(user=cast.university_finance.user_id, organisation=cast.enterprise).update(
        roles=["manager"]
    )
    path = f"/organisations/members/{row.id}/end"
    assert refusal(client.send("post", path)) == (404, "not_found")

    client.post("/organisation/act-for", {"organisation": cast.enterprise.id})

    assert client.send("post", path).status_code == 200


def test_the_page_offers_the_choice_to_those_who_have_one(cast, api, client):
    assert client.get("/organisation/").content.decode().count("<option") >= 2
    assert 'action="/organisation/act-for"' in client.get("/organisation/").content.decode()
    assert 'action="/organisation/act-for"' not in api.as_(cast.broker).get("/organisation/").content.decode()


def test_the_operator_and_the_auditor_read_everything(cast):
    assert {name for name, actor in cast.everyone.items() if actor.reads_everything} == {"operator", "auditor"}
