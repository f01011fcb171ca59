"""Keys of machines: told once, kept as a hash, ended at any time, and never more than who issued them."""

from datetime import timedelta

import pytest
from django.db import connection

from market.accounts import rules, services
from market.accounts.actors import actor_for, actor_for_key
from market.accounts.models import ApiKey, Invitation, Membership, User
from market.accounts.problems import RolesUnfit
from market.kernel import clock
from market.kernel.actor import Role
from market.kernel.models import AuditRow, IdempotencyKey
from market.notices.models import Notice
from tests.cast import MONDAY, credit_code, member
from tests.market.accounts.desk import actions, issue, join, machine, membership, refusal
from tests.running import run_workers

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
    "no secret": lambda token: f"Bearer {'_'.join(token.split('_', 2)[:2])}_",
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
    row, token = issue(cast.university_clerk)
    ApiKey.objects.filter(pk=row.pk).update(expires_at=clock.now() + timedelta(seconds=seconds))

    assert machine(token).send("get", "/me").status_code == status


def test_a_key_lives_for_ninety_days_unless_told_otherwise(cast):
    before = clock.now()
    row, _token = issue(cast.university_clerk)

    assert timedelta(days=90) <= row.expires_at - before < timedelta(days=90, minutes=1)


@pytest.mark.parametrize(
    "expires_at",
    [
        lambda: (clock.now() + timedelta(days=367)).isoformat(),
        lambda: (clock.now() - timedelta(seconds=1)).isoformat(),
        lambda: "9999-12-31T23:59:59-23:59",
        lambda: "0001-01-01T00:00:00+23:59",
    ],
)
def test_a_key_cannot_be_issued_for_longer_than_a_year_or_for_the_past(cast, api, expires_at):
    answer = api.as_(cast.university_clerk).send("post", "/api-keys", BODY | {"expires_at": expires_at()})

    assert refusal(answer) == (422, "invalid_input")
    assert ApiKey.objects.exists() is False


@pytest.mark.parametrize(("days", "status"), [(365, 200), (367, 401)])
def test_a_key_from_before_every_key_had_an_end_lives_a_year(cast, days, status):
    row, token = issue(cast.university_clerk)
    ApiKey.objects.filter(pk=row.pk).update(expires_at=None, created_at=clock.now() - timedelta(days=days))

    assert machine(token).send("get", "/me").status_code == status


def test_a_key_is_refused_from_the_moment_its_issuer_no_longer_acts_for_the_organisation(cast):
    """A second manager issues a key and is removed: neither their session nor their key reads on."""
    second = member(cast.university, "second-manager", Role.MANAGER, Role.CLERK)
    row, token = issue(second, scopes=["organisations:read", "organisations:write"], roles=["manager", "clerk"])
    client = machine(token)
    assert client.send("get", "/me").status_code == 200

    services.end_membership(
        actor=cast.university_clerk, membership_id=membership(second, cast.university).id, at=MONDAY
    )

    assert refusal(client.send("get", "/me")) == (401, "not_signed_in")
    assert actions(row) == ["api_key.issued", "api_key.revoked"]


def test_who_comes_back_brings_no_old_key(cast):
    second = member(cast.university, "second-manager", Role.MANAGER, Role.CLERK)
    _row, token = issue(second)
    services.end_membership(
        actor=cast.university_clerk, membership_id=membership(second, cast.university).id, at=MONDAY
    )

    join(second, manager=cast.university_clerk, organisation=cast.university, roles=["manager", "clerk"])

    assert machine(token).send("get", "/me").status_code == 401


def test_the_managers_are_told_how_many_keys_ended_with_a_membership(cast):
    second = member(cast.university, "second-manager", Role.MANAGER, Role.CLERK)
    issue(second)
    services.end_membership(
        actor=cast.university_clerk, membership_id=membership(second, cast.university).id, at=MONDAY
    )

    run_workers()

    told = Notice.objects.get(user=cast.university_clerk.user_id, title="second-manager不再代表示例大学")
    assert told.body == "由其签发的 1 个接口密钥同时停用。"


MEMBER_VERBS = {
    "invite": lambda cast: (
        f"/organisations/{cast.university.id}/invitations",
        {"email": "friend@example.com", "roles": ["manager"]},
    ),
    "end": lambda cast: (
        f"/organisations/members/{membership(cast.university_finance, cast.university).id}/end",
        None,
    ),
    "register": lambda cast: (
        "/organisations",
        {"kind": "enterprise", "name": "新来的企业", "credit_code": credit_code(99), "region": "360781"},
    ),
}


@pytest.mark.parametrize("verb", MEMBER_VERBS)
def test_a_key_manages_no_members_whatever_its_scopes(cast, verb):
    _row, token = issue(cast.university_clerk, roles=["manager", "clerk"], scopes=sorted(rules.SCOPES))
    path, body = MEMBER_VERBS[verb](cast)

    assert refusal(machine(token).send("post", path, body)) == (403, "not_allowed")
    assert Membership.objects.filter(organisation=cast.university, ended_at=None).count() == 2
    assert Invitation.objects.exists() is False


def test_an_operators_key_neither_suspends_nor_rejects(cast):
    Membership.objects.filter(user=cast.operator.user_id).update(roles=["operator", "manager"])
    operator = actor_for(User.objects.get(pk=cast.operator.user_id))
    _row, token = issue(operator, roles=["operator"], scopes=sorted(rules.SCOPES))

    for verb in ("suspend", "reject"):
        answer = machine(token).send(
            "post", f"/organisations/{cast.enterprise.id}/{verb}", {"reason": "试试"}, version=1
        )
        assert refusal(answer) == (403, "not_allowed")


def test_live_keys_are_all_listed_however_many_have_ended(cast, api):
    live, _token = issue(cast.university_clerk)
    for number in range(30):
        ApiKey.objects.create(
            organisation=cast.university,
            created_by_id=cast.university_clerk.user_id,
            name=f"旧密钥 {number}",
            prefix=f"old{number}",
            secret_hash="x",
            scopes=["achievements:read"],
            roles=["clerk"],
            expires_at=MONDAY,
        )
    client = api.as_(cast.university_clerk)

    found = client.send("get", "/api-keys?live=true").json()
    pages = [client.send("get", "/api-keys?limit=20").json()]
    pages.append(client.send("get", f"/api-keys?limit=20&cursor={pages[0]['next']}").json())

    assert ([row["id"] for row in found["items"]], found["next"]) == ([str(live.id)], None)
    assert str(live.id) in [row["id"] for page in pages for row in page["items"]]
    assert live.prefix in client.get("/organisation/keys").content.decode()


def test_an_organisation_has_so_many_live_keys_and_no_more(cast, api):
    for _ in range(rules.MOST_LIVE_KEYS):
        row, _token = issue(cast.university_clerk)
    client = api.as_(cast.university_clerk)

    assert refusal(client.send("post", "/api-keys", BODY)) == (409, "too_many_keys")

    services.revoke_api_key(actor=cast.university_clerk, key_id=row.id, at=MONDAY)
    assert client.send("post", "/api-keys", BODY).status_code == 201


def test_the_keys_of_an_organisation_are_limited_together(cast):
    actors = [actor_for_key(issue(cast.university_clerk)[1], at=clock.now()) for _ in range(2)]
    other = actor_for_key(issue(cast.enterprise_clerk)[1], at=clock.now())

    assert actors[0].bucket == actors[1].bucket
    assert actors[0].bucket != other.bucket
    assert actors[0].principal != actors[1].principal


def test_the_page_stores_no_token_as_an_answer_to_repeat(cast, api):
    """With an idempotency key in the form, the answer that tells the token is kept nowhere."""
    form = {"name": "馆藏系统", "scopes": ["achievements:read"], "idempotency_key": "once"}
    client = api.as_(cast.university_clerk)

    token = client.post("/organisation/keys", form).context["token"]

    assert token
    assert [row for row in IdempotencyKey.objects.all() if token.encode() in bytes(row.body)] == []


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
        if name != "nobody" and api.as_(actor).send("get", "/api-keys").json()["items"]
    }

    assert seen == {"university_clerk"}
    for name in ("university_finance", "enterprise_clerk", "operator"):
        answer = api.as_(getattr(cast, name)).send("post", f"/api-keys/{row.id}/revoke")
        assert refusal(answer) == (404, "not_found")
    row.refresh_from_db()
    assert row.revoked_at is None
