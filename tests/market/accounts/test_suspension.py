"""The operator stops a person or an organisation: sessions and keys end at once, everywhere, until it is lifted."""

import pytest

from market.accounts import services
from market.accounts.models import ApiKey, User
from market.kernel import clock
from market.kernel.models import AuditRow
from market.notices.models import Notice
from tests.cast import MONDAY
from tests.market.accounts.desk import actions, issue, machine, refusal
from tests.market.accounts.test_sign_in import account, is_signed_in, sign_in, visitor
from tests.running import run_workers

REASON = {"reason": "冒用他人单位"}


def test_a_suspended_persons_sessions_and_keys_end_at_once(cast, api):
    session = api.as_(cast.university_clerk)
    key, token = issue(cast.university_clerk)

    answer = api.as_(cast.operator).send("post", f"/people/{cast.university_clerk.user_id}/suspend", REASON)

    assert (answer.status_code, answer.json()["suspension_reason"]) == (200, "冒用他人单位")
    assert session.send("get", "/me").json()["name"] == ""
    assert refusal(machine(token).send("get", "/me")) == (401, "not_signed_in")
    user = User.objects.get(pk=cast.university_clerk.user_id)
    assert actions(user) == ["person.suspended"]
    assert AuditRow.objects.get(action="person.suspended").changes == REASON
    assert actions(key) == ["api_key.issued", "api_key.revoked"]


def test_those_who_work_with_a_suspended_person_read_the_reason(cast):
    user = User.objects.get(pk=cast.university_clerk.user_id)

    services.suspend_person(actor=cast.operator, user_id=user.id, reason="异常登录", at=MONDAY)
    run_workers()

    told = Notice.objects.get(user=cast.university_finance.user_id)
    assert (told.title, told.body) == (f"{user}的账户已被运营方停用，其接口密钥同时停用", "原因：异常登录")


def test_who_is_suspended_does_not_sign_in_and_does_once_it_is_lifted(cast):
    user, before, after = account(), visitor(), visitor()
    sign_in(before, user.email)
    assert is_signed_in(before)
    common = {"actor": cast.operator, "user_id": user.id, "at": MONDAY}

    services.suspend_person(reason="异常登录", **common)
    sign_in(after, user.email)
    assert is_signed_in(after) is False

    services.reinstate_person(**common)
    sign_in(after, user.email)
    assert is_signed_in(after)
    assert is_signed_in(before) is False
    assert actions(user) == ["person.suspended", "person.reinstated"]


def test_nobody_acts_for_a_suspended_organisation_in_a_session_or_by_a_key(cast, api):
    session = api.as_(cast.university_clerk)
    _key, token = issue(cast.university_clerk)
    operator = api.as_(cast.operator)

    operator.send("post", f"/organisations/{cast.university.id}/suspend", REASON, version=1)

    me = session.send("get", "/me").json()
    assert (me["organisation_id"], me["roles"], me["is_verified"]) == (None, [], False)
    assert machine(token).send("get", "/me").status_code == 401
    run_workers()
    told = Notice.objects.get(user=cast.university_finance.user_id)
    assert (told.title, told.body) == ("示例大学已被运营方停用", "原因：冒用他人单位")

    operator.send("post", f"/organisations/{cast.university.id}/reinstate", version=2)

    assert session.send("get", "/me").json()["organisation_id"] == str(cast.university.id)
    assert machine(token).send("get", "/me").status_code == 401
    assert actions(cast.university) == ["organisation.suspended", "organisation.reinstated"]


def test_suspending_again_changes_nothing(cast):
    common = {"actor": cast.operator, "organisation_id": cast.university.id, "reason": "一"}
    first = services.suspend_organisation(at=MONDAY, **common)
    again = services.suspend_organisation(at=clock.now(), **common)

    assert (again.suspended_at, again.version) == (MONDAY, first.version)
    assert actions(cast.university) == ["organisation.suspended"]


@pytest.mark.parametrize("name", ["university_clerk", "registrar", "auditor", "stranger", "nobody"])
def test_only_the_operator_suspends(cast, api, name):
    client = api if name == "nobody" else api.as_(getattr(cast, name))

    person = client.send("post", f"/people/{cast.leader.user_id}/suspend", REASON)
    organisation = client.send("post", f"/organisations/{cast.enterprise.id}/suspend", REASON, version=1)

    assert person.status_code == (401 if name == "nobody" else 404)
    assert organisation.status_code == (401 if name == "nobody" else 403)
    assert client.send("get", "/people").json()["items"] == []
    assert User.objects.filter(suspended_at__isnull=False).exists() is False


def test_the_operator_does_not_lock_itself_out(cast, api):
    client = api.as_(cast.operator)

    assert refusal(client.send("post", f"/people/{cast.operator.user_id}/suspend", REASON)) == (409, "own_account")
    path = f"/organisations/{cast.operator_organisation.id}/suspend"
    assert refusal(client.send("post", path, REASON, version=1)) == (409, "own_account")


def test_the_page_finds_suspends_and_reinstates(cast, api):
    client = api.as_(cast.operator)
    page = client.get("/organisation/directory", {"q": "university-finance"}).content.decode()
    assert "university-finance@example.com" in page
    person = User.objects.get(pk=cast.university_finance.user_id)

    client.post(f"/organisation/people/{person.id}/suspend", REASON)
    person.refresh_from_db()
    assert person.suspension_reason == "冒用他人单位"

    client.post(f"/organisation/people/{person.id}/reinstate")
    client.post(f"/organisation/{cast.university.id}/suspend", REASON)
    person.refresh_from_db()
    cast.university.refresh_from_db()
    assert (person.suspended_at, cast.university.suspension_reason) == (None, "冒用他人单位")


def test_a_suspension_needs_a_reason(cast, api):
    answer = api.as_(cast.operator).send("post", f"/people/{cast.leader.user_id}/suspend", {"reason": " "})

    assert refusal(answer) == (422, "invalid_input")
    assert ApiKey.objects.count() == 0
