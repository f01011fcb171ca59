"""Keys of machines: told once, kept as a hash, ended at any time, and never more than who issued them."""

from datetime import timedelta

import pytest
from django.db import connection

from market.accounts import rules, services
from market.accounts.models import ApiKey
from market.accounts.problems import RolesUnfit
from market.kernel import clock
from market.kernel.models import AuditRow
from tests.cast import MONDAY
from tests.market.accounts.desk import actions, issue, machine, refusal

BODY = {"name": "馆藏系统", "roles": ["clerk"], "scopes": ["achievements:read"]}


def test_a_token_is_told_once_and_kept_as_a_hash(cast, api):
    client = api.as_(cast.university_clerk)

    issued = client.send("post", "/api-keys", BODY)

    token = issued.json()["token"]
    secret = token.split("_", 2)[2]
    assert (issued.status_code, len(secret) >= 43) == (201, True)
    assert secret not in client.send("get", "/api-keys").content.decode()
    assert secret not in client.get("/organisation/").content.decode()
    row = ApiKey.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT k::text FROM accounts_apikey k UNION ALL SELECT a::text FROM kernel_auditrow a")
        assert [text for (text,) in cursor.fetchall() if secret in text] == []
    assert actions(row) == ["api_key.issued"]
    assert AuditRow.objects.get(subject_id=str(row.id)).changes == {"scopes": row.scopes, "roles": row.roles}


def test_the_page_tells_a_token_once(cast, api):
    client = api.as_(cast.university_clerk)

    page = client.post("/organisation/keys", {"name": "馆藏系统", "scopes": ["achievements:read"]})

    token = page.context["token"]
    assert token in page.content.decode()
    assert token not in client.get("/organisation/").content.decode()
    assert machine(token).send("get", "/me").json()["name"] == "馆藏系统"


def test_a_key_acts_for_its_organisation_in_its_roles_and_scopes(cast):
    _row, token = issue(cast.university_clerk)

    assert machine(token).send("get", "/me").json() == {
        "name": "馆藏系统",
        "organisation_id": str(cast.university.id),
        "organisation_name": "示例大学",
        "organisation_kind": "university",
        "is_verified": True,
        "roles": ["clerk"],
        "scopes": ["achievements:read"],
    }


def test_what_a_key_does_is_put_down_to_the_key(cast):
    row, token = issue(cast.university_clerk, scopes=["achievements:read", "achievements:write"])

    created = machine(token).send("post", "/achievements", {"title": "一项成果"})

    assert created.status_code == 201, created.content
    audit = AuditRow.objects.get(subject_id=created.json()["id"])
    assert (audit.actor_api_key_id, audit.actor_user_id, audit.actor_organisation_id) == (
        row.id,
        None,
        cast.university.id,
    )


WRONG = {
    "another secret": lambda token: f"Bearer {token[:-1]}{'a' if token[-1] != 'a' else 'b'}",
    "unknown prefix": lambda token: f"Bearer tm_00000000_{token.split('_', 2)[2]}",
    "no mark": lambda token: f"Bearer {token.removeprefix('tm_')}",
    "no secret": lambda token: f"Bearer {token.rsplit('_', 1)[0]}_",
    "too long": lambda token: f"Bearer {token}{'x' * 200}",
    "empty": lambda token: "Bearer ",
    "another scheme": lambda token: f"Basic {token}",
    "no scheme": lambda token: token,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_is_refused_even_where_anyone_may_read_or_a_session_is_there(cast, api, name):
    _row, token = issue(cast.university_clerk)
    headers = {"Authorization": WRONG[name](token)}

    answers = [client.get("/api/v1/dictionaries", headers=headers) for client in (api, api.as_(cast.operator))]

    assert [refusal(answer) for answer in answers] == [(401, "not_signed_in")] * 2
    assert answers[0]["WWW-Authenticate"] == "Bearer"


def test_a_key_opens_no_pages(cast):
    _row, token = issue(cast.university_clerk)

    assert machine(token).get("/organisation/").status_code == 401


def test_a_revoked_key_is_refused_at_once(cast, api):
    row, token = issue(cast.university_clerk)
    client = machine(token)
    assert client.send("get", "/me").status_code == 200

    answer = api.as_(cast.university_clerk).send("post", f"/api-keys/{row.id}/revoke")

    assert answer.json()["revoked_at"] is not None
    assert refusal(client.send("get", "/me")) == (401, "not_signed_in")


def test_revoking_again_changes_nothing(cast):
    row, _token = issue(cast.university_clerk)
    for at in (MONDAY, MONDAY.replace(year=2027)):
        revoked = services.revoke_api_key(actor=cast.university_clerk, key_id=row.id, at=at)

    assert revoked.revoked_at == MONDAY
    assert actions(row) == ["api_key.issued", "api_key.revoked"]


@pytest.mark.parametrize(("seconds", "status"), [(-1, 401), (60, 200)])
def test_a_key_ends_at_its_time(cast, seconds, status):
    _row, token = issue(cast.university_clerk, expires_at=clock.now() + timedelta(seconds=seconds))

    assert machine(token).send("get", "/me").status_code == status


def test_the_use_of_a_key_is_noted_once_a_minute(cast):
    row, token = issue(cast.university_clerk)
    client = machine(token)
    client.send("get", "/me")
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None

    client.send("get", "/me")
    row.refresh_from_db()
    assert row.last_used_at == first

    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    client.send("get", "/me")
    row.refresh_from_db()
    assert row.last_used_at >= first


@pytest.mark.parametrize(
    "changes",
    [{"roles": ["finance"]}, {"roles": ["operator"]}, {"scopes": ["achievements:all"]}, {"scopes": ["*"]}],
)
def test_a_key_has_no_role_that_its_issuer_lacks_and_no_scope_that_does_not_exist(cast, api, changes):
    answer = api.as_(cast.university_clerk).send("post", "/api-keys", BODY | changes)

    assert refusal(answer) == (422, "roles_unfit")
    assert ApiKey.objects.exists() is False


@pytest.mark.parametrize("changes", [{"roles": []}, {"scopes": []}])
def test_a_key_without_roles_or_scopes_is_not_issued(cast, changes):
    with pytest.raises(RolesUnfit):
        issue(cast.university_clerk, **changes)

    assert ApiKey.objects.exists() is False


@pytest.mark.parametrize("name", ["university_finance", "broker", "stranger"])
def test_only_a_manager_issues_keys(cast, api, name):
    assert refusal(api.as_(getattr(cast, name)).send("post", "/api-keys", BODY)) == (403, "not_allowed")
    assert ApiKey.objects.exists() is False


def test_a_key_issues_no_keys(cast):
    _row, token = issue(cast.university_clerk, roles=["manager", "clerk"], scopes=sorted(rules.SCOPES))

    assert refusal(machine(token).send("post", "/api-keys", BODY)) == (403, "not_allowed")
    assert ApiKey.objects.count() == 1


def test_keys_are_the_managers_matter(cast, api):
    row, _token = issue(cast.university_clerk)

    seen = {
        name
        for name, actor in cast.everyone.items()
        if name != "nobody" and api.as_(actor).send("get", "/api-keys").json()
    }

    assert seen == {"university_clerk"}
    for name in ("university_finance", "enterprise_clerk", "operator"):
        answer = api.as_(getattr(cast, name)).send("post", f"/api-keys/{row.id}/revoke")
        assert refusal(answer) == (404, "not_found")
    row.refresh_from_db()
    assert row.revoked_at is None
