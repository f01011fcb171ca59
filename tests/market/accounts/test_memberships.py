"""Who acts for an organisation, in which roles, and until when."""

from functools import partial

import pytest

from market.accounts import rules, services
from market.accounts.models import Membership, User
from market.accounts.problems import LastManager
from market.kernel.actor import OrganisationKind, Role
from tests.cast import MONDAY, Cast, member
from tests.market.accounts.desk import actions, membership, refusal
from tests.together import at_once_up_to

COLLEAGUE = {"email": "colleague@example.com", "name": "新同事", "roles": ["clerk"]}


def members_path(cast: Cast) -> str:
    return f"/organisations/{cast.university.id}/members"


def test_a_manager_adds_a_person_who_may_act_at_once(cast, api):
    answer = api.as_(cast.university_clerk).send("post", members_path(cast), COLLEAGUE)

    assert (answer.status_code, answer.json()["roles"]) == (201, ["clerk"])
    row = Membership.objects.get(pk=answer.json()["id"])
    assert (row.user.email, row.user.name) == ("colleague@example.com", "新同事")
    assert actions(row) == ["membership.added"]
    client = type(api)()
    client.force_login(row.user)
    assert client.send("get", "/me").json()["organisation_name"] == cast.university.name


def test_a_person_added_by_another_has_no_password_yet(cast, api):
    api.as_(cast.university_clerk).send("post", members_path(cast), COLLEAGUE)

    assert User.objects.get(email="colleague@example.com").has_usable_password() is False


def test_a_known_person_joins_with_the_account_that_is_there(cast, api):
    body = COLLEAGUE | {"email": "Stranger@Example.com", "name": "别的名字"}

    answer = api.as_(cast.university_clerk).send("post", members_path(cast), body)

    assert answer.json()["user_id"] == str(cast.stranger.user_id)
    assert User.objects.get(pk=cast.stranger.user_id).name == "stranger"


def test_a_person_is_not_added_twice(cast, api):
    client = api.as_(cast.university_clerk)
    client.send("post", members_path(cast), COLLEAGUE)

    assert refusal(client.send("post", members_path(cast), COLLEAGUE)) == (409, "already_member")
    assert Membership.objects.filter(user__email="colleague@example.com").count() == 1


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_an_organisation_gives_the_roles_of_its_kind_and_no_others(kind):
    fitting = {role for role in Role if rules.roles_fit(kind, [role])}

    assert fitting == rules.ROLES_OF[kind]
    assert rules.roles_fit(kind, []) is False
    assert rules.roles_fit(kind, list(Role)) is False


def test_a_role_of_another_kind_is_refused_and_no_account_is_made(cast, api):
    body = COLLEAGUE | {"roles": ["clerk", "registrar"]}

    answer = api.as_(cast.university_clerk).send("post", members_path(cast), body)

    assert refusal(answer) == (422, "roles_unfit")
    assert User.objects.filter(email="colleague@example.com").exists() is False


@pytest.mark.parametrize("name", ["university_finance", "enterprise_clerk", "auditor", "stranger"])
def test_nobody_but_a_manager_of_the_organisation_adds_people(cast, api, name):
    answer = api.as_(getattr(cast, name)).send("post", members_path(cast), COLLEAGUE)

    assert refusal(answer) == (403, "not_allowed")
    assert User.objects.filter(email="colleague@example.com").exists() is False


def end_path(row: Membership) -> str:
    return f"/organisations/members/{row.id}/end"


def test_who_is_removed_acts_for_nobody_from_the_next_request_on(cast, api):
    finance = api.as_(cast.university_finance)
    row = membership(cast.university_finance, cast.university)
    assert finance.send("get", "/me").json()["roles"] == ["finance"]

    answer = api.as_(cast.university_clerk).send("post", end_path(row))

    assert answer.status_code == 200
    me = finance.send("get", "/me").json()
    assert (me["organisation_id"], me["roles"], me["is_verified"]) == (None, [], False)


def test_ending_again_changes_nothing_and_the_person_may_come_back(cast):
    row = membership(cast.university_finance, cast.university)
    for at in (MONDAY, MONDAY.replace(year=2027)):
        ended = services.end_membership(actor=cast.university_clerk, membership_id=row.id, at=at)
    assert ended.ended_at == MONDAY
    assert actions(row) == ["membership.ended"]

    services.add_member(
        actor=cast.university_clerk,
        organisation_id=cast.university.id,
        email="university-finance@example.com",
        name="",
        roles=["finance"],
        at=MONDAY,
    )

    assert Membership.objects.filter(user=cast.university_finance.user_id).count() == 2


def test_the_last_manager_cannot_be_removed(cast, api):
    row = membership(cast.university_clerk, cast.university)

    answer = api.as_(cast.university_clerk).send("post", end_path(row))

    assert refusal(answer) == (409, "last_manager")
    row.refresh_from_db()
    assert row.ended_at is None
    assert actions(row) == []


def test_a_manager_may_go_while_another_stays(cast):
    member(cast.university, "second-manager", Role.MANAGER)
    row = membership(cast.university_clerk, cast.university)

    services.end_membership(actor=cast.university_clerk, membership_id=row.id, at=MONDAY)

    left = Membership.objects.filter(organisation=cast.university, ended_at=None, roles__contains=["manager"])
    assert [found.user.name for found in left] == ["second-manager"]


@pytest.mark.parametrize(("extra", "refused"), [(0, 1), (1, 0)], ids=["two managers", "control: three"])
def test_two_managers_who_remove_each_other_at_once_leave_one(committed_cast, extra, refused):
    cast = committed_cast
    second = member(cast.university, "second-manager", Role.MANAGER)
    for number in range(extra):
        member(cast.university, f"extra-{number}", Role.MANAGER)
    pairs = [(cast.university_clerk, second), (second, cast.university_clerk)]

    def remove(actor, other):
        row = membership(other, cast.university)
        return services.end_membership(actor=actor, membership_id=row.id, at=MONDAY)

    answers = at_once_up_to("kernel_auditrow", [partial(remove, *pair) for pair in pairs])

    live = Membership.objects.filter(organisation=cast.university, ended_at=None, roles__contains=["manager"])
    assert live.count() == 1
    assert sum(isinstance(answer, LastManager) for answer in answers) == refused


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("university_finance", (403, "not_allowed")),
        ("enterprise_clerk", (404, "not_found")),
        ("nobody", (404, "not_found")),
    ],
)
def test_only_a_manager_of_the_organisation_removes_people(cast, api, name, answer):
    row = membership(cast.university_clerk, cast.university)
    client = api if name == "nobody" else api.as_(getattr(cast, name))

    found = refusal(client.send("post", end_path(row)))

    assert found == ((401, "not_signed_in") if name == "nobody" else answer)
    row.refresh_from_db()
    assert row.ended_at is None


def test_the_page_shows_colleagues_and_says_why_the_last_manager_stays(cast, api):
    client = api.as_(cast.university_clerk)
    row = membership(cast.university_clerk, cast.university)

    page = client.post(f"/organisation/members/{row.id}/end", follow=True).content.decode()

    assert "单位至少保留一名管理员" in page
    assert "university-finance@example.com" in page
    assert "enterprise-clerk@example.com" not in page
