"""A key may do what its roles allow and its scopes name: every operation is tried, not only ours."""

import pytest

from market.accounts import rules
from market.accounts.actors import KEY_MARK, hash_secret
from market.accounts.models import ApiKey
from market.kernel.actor import Actor
from market.kernel.models import AuditRow
from tests import story as telling
from tests.cast import Cast
from tests.conftest import ApiClient
from tests.market.accounts.desk import issue, machine, refusal
from tests.market.config.access import API, ended
from tests.market.config.test_access_api import attempt
from tests.market.config.world import build_world

READS = sorted(scope for scope in rules.SCOPES if scope.endswith(":read"))
WRITES = sorted(rules.SCOPES - set(READS))
# A person's own: who acts for an organisation and who may act at all, an inbox, saved searches, the keys themselves,
# the broker who stands behind an introduction, the operator's desk, and the two people who stand for an indicator's
# value or for a report.
PERSONAL = {
    "PATCH /me",
    "POST /organisations",
    "POST /organisations/{organisation_id}/reject",
    "POST /organisations/{organisation_id}/suspend",
    "POST /organisations/{organisation_id}/reinstate",
    "POST /organisations/{organisation_id}/invitations",
    "POST /organisations/members/{membership_id}/end",
    "POST /invitations/{invitation_id}/withdraw",
    "POST /people/{user_id}/suspend",
    "POST /people/{user_id}/reinstate",
    "POST /api-keys",
    "POST /audit/evidence",
    "POST /api-keys/{key_id}/revoke",
    "POST /introductions",
    "POST /matching/rematch",
    "POST /monitoring/indicators/{indicator_no}/values",
    "POST /monitoring/values/{value_id}/confirm",
    "POST /monitoring/values/{value_id}/reject",
    "POST /notices/{notice_id}/read",
    "POST /reports/{report_id}/submit",
    "POST /reports/{report_id}/publish",
    "POST /reports/{report_id}/return",
    "PATCH /searches/{search_id}",
    "DELETE /searches/{search_id}",
    "POST /searches/{search_id}/renew-feed",
}


def twin(actor: Actor, scopes: list[str]) -> ApiClient:
    """A key with all that the actor's membership has, and the scopes."""
    prefix = actor.user_id.hex[-8:] if actor.user_id else ""
    ApiKey.objects.filter(prefix=prefix).delete()
    ApiKey.objects.create(
        organisation_id=actor.organisation_id,
        created_by_id=actor.user_id,
        name=actor.name,
        prefix=prefix,
        secret_hash=hash_secret("secret"),
        scopes=scopes,
        roles=sorted(actor.roles),
    )
    return machine(f"{KEY_MARK}{prefix}_secret")


def writes_through(cast: Cast, scopes: list[str]) -> dict[tuple[str, str], str]:
    """How each write ends that the person may do, when a key with the same roles tries it."""
    world = build_world(cast)
    people = {name: actor for name, actor in cast.everyone.items() if actor.organisation_id}
    clients = {name: twin(actor, scopes) for name, actor in people.items()}
    return {
        (operation, name): ended(attempt(clients[name], operation, world, **{"If-Match": '"9999"'}).status_code)
        for operation, rule in API.items()
        for name in sorted(rule.through & people.keys())
        if not operation.startswith("GET ")
    }


@pytest.mark.parametrize("scopes", [READS, WRITES], ids=["read only", "write only"])
def test_no_operation_writes_for_a_key_that_may_only_read_or_not_read(cast, scopes):
    assert [found for found in writes_through(cast, scopes).items() if found[1] == "through"] == []


def test_control_the_same_keys_get_through_with_all_scopes(cast):
    found = writes_through(cast, sorted(rules.SCOPES))

    assert {operation for (operation, _name), end in found.items() if end != "through"} == PERSONAL
    assert len(found) > 60


@pytest.mark.parametrize(
    ("path", "scope"),
    [("/achievements", "achievements:read"), ("/demands", "demands:read"), ("/organisations", "organisations:read")],
)
def test_a_key_reads_what_its_scopes_name_and_nothing_else(cast, path, scope):
    telling.publish(cast)
    _row, named = issue(cast.university_clerk, scopes=[scope])
    _row, other = issue(cast.university_clerk, scopes=["jobs:read"])

    assert len(machine(named).send("get", path).json()["items"]) >= 1
    assert machine(other).send("get", path).json()["items"] == []


def test_a_reading_key_sees_the_draft_and_does_not_change_it(cast, api):
    draft = telling.AchievementData(**telling.ACHIEVEMENT).model_dump(mode="json", exclude_unset=True)
    made = api.as_(cast.university_clerk).send("post", "/achievements", draft).json()
    _row, token = issue(cast.university_clerk)
    path, rows = f"/achievements/{made['id']}", AuditRow.objects.count()

    assert machine(token).send("get", path).json()["state"] == "draft"
    assert refusal(machine(token).send("patch", path, {"title": "别的名称"}, version=1)) == (403, "not_allowed")
    assert refusal(machine(token).send("post", f"{path}/publish", version=1)) == (403, "not_allowed")

    assert machine(token).send("get", path).json()["title"] == telling.ACHIEVEMENT["title"]
    assert AuditRow.objects.count() == rows


def test_a_key_does_not_reach_into_another_organisation(cast, api):
    draft = telling.AchievementData(**telling.ACHIEVEMENT).model_dump(mode="json", exclude_unset=True)
    made = api.as_(cast.university_clerk).send("post", "/achievements", draft).json()
    _row, token = issue(cast.enterprise_clerk, scopes=sorted(rules.SCOPES), roles=["clerk", "manager"])

    assert refusal(machine(token).send("get", f"/achievements/{made['id']}")) == (404, "not_found")


def test_a_key_with_fewer_roles_than_its_issuer_sees_less(cast):
    scopes = ["organisations:read", "organisations:write"]
    _row, clerk = issue(cast.university_clerk, roles=["clerk"], scopes=scopes)
    _row, manager = issue(cast.university_clerk, roles=["manager"], scopes=scopes)

    assert machine(clerk).send("get", "/api-keys").json()["items"] == []
    assert len(machine(manager).send("get", "/api-keys").json()["items"]) == 2
