"""Who acts for an organisation, in which roles, and until when."""

from functools import partial

import pytest

from market.accounts import rules, services
from market.accounts.models import Membership, User
from market.accounts.problems import LastManager
from market.kernel.actor import SYSTEM, OrganisationKind, Role
from market.kernel.problems import NotAllowed
from market.notices.models import Notice
from tests.cast import MONDAY, member
from tests.market.accounts.desk import actions, join, membership, refusal
from tests.running import run_workers
from tests.together import at_once_up_to


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_an_organisation_gives_the_roles_of_its_kind_and_no_others(kind):
    fitting = {role for role in Role if rules.roles_fit(kind, [role])}

    assert fitting == rules.ROLES_OF[kind]
    assert rules.roles_fit(kind, []) is False
    assert rules.roles_fit(kind, list(Role)) is False


def end_page(row: Membership) -> str:
    return f"/organisation/members/{row.id}/end"


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

    join(cast.university_finance, manager=cast.university_clerk, organisation=cast.university, roles=["finance"])

    assert Membership.objects.filter(user=cast.university_finance.user_id).count() == 2


def test_the_last_manager_cannot_be_removed(cast, api):
    row = membership(cast.university_clerk, cast.university)

    answer = api.as_(cast.university_clerk).send("post", end_path(row))

    assert refusal(answer) == (409, "last_manager")
    row.refresh_from_db()
    assert row.ended_at is None
    assert actions(row) == []


def test_a_person_leaves_by_themselves_and_the_managers_are_told(cast, api):
    row = membership(cast.university_finance, cast.university)
    client = api.as_(cast.university_finance)
    assert end_page(row) in client.get("/organisation/me").content.decode()

    client.post(end_page(row))
    run_workers()

    row.refresh_from_db()
    assert row.ended_at is not None
    assert client.send("get", "/me").json()["organisation_id"] is None
    told = Notice.objects.filter(user=cast.university_clerk.user_id).values_list("title", flat=True)
    assert list(told) == ["university-finance已退出示例大学"]


def test_the_last_manager_does_not_leave_either(cast, api):
    row = membership(cast.university_clerk, cast.university)

    page = api.as_(cast.university_clerk).post(end_page(row), follow=True).content.decode()

    assert "单位至少保留一名管理员" in page
    row.refresh_from_db()
    assert row.ended_at is None


def test_only_the_system_makes_a_member_without_asking(cast):
    facts = {"email": "colleague@example.com", "name": "新同事", "roles": ["clerk"], "at": MONDAY}

    for actor in (cast.university_clerk, cast.operator):
        with pytest.raises(NotAllowed):
            services.add_member(actor=actor, organisation_id=cast.university.id, **facts)
    assert User.objects.filter(email="colleague@example.com").exists() is False

    row = services.add_member(actor=SYSTEM, organisation_id=cast.university.id, **facts)
    assert (row.roles, row.user.name) == (["clerk"], "新同事")


def test_members_are_listed_to_their_own_and_the_operator(cast, api):
    path = f"/organisations/{cast.university.id}/members"

    seen = {
        name
        for name, actor in cast.everyone.items()
        if (api if name == "nobody" else api.as_(actor)).send("get", path).json()["items"]
    }

    assert seen == {"university_clerk", "university_finance", "operator"}
    rows = api.as_(cast.university_finance).send("get", path).json()["items"]
    assert [row["name"] for row in rows] == ["university-clerk", "university-finance"]


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
        ("operator", (403, "not_allowed")),
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
