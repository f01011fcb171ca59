"""The operations that every kind of listing has, asked over HTTP."""

from typing import Any

import pytest

from listings.catalog.kinds import KINDS
from market.kernel.audit import AuditRow
from tests.story import ACHIEVEMENT, DEMAND

BODIES: dict[str, dict[str, Any]] = {"achievement": ACHIEVEMENT, "demand": DEMAND}


@pytest.fixture(params=list(KINDS))
def kind(request) -> Any:
    return KINDS[request.param]


@pytest.fixture
def client(kind, cast, api) -> Any:
    return api.as_({"achievement": cast.university_clerk, "demand": cast.enterprise_clerk}[kind.code])


@pytest.fixture
def draft(kind, client) -> dict[str, Any]:
    body = {name: str(value) if name == kind.amount else value for name, value in BODIES[kind.code].items()}
    answer = client.send("post", f"/{kind.plural}", body)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"/api/v1/{kind.plural}/{answer.json()['id']}"
    return answer.json()


def test_a_listing_is_written_offered_hidden_and_taken_back(kind, client, draft):
    path, states = f"/{kind.plural}/{draft['id']}", []

    for version, verb in enumerate(("publish", "suspend", "publish", "withdraw"), 1):
        answer = client.send("post", f"{path}/{verb}", version=version)
        states.append((answer.status_code, answer.json()["state"], answer.json()["version"]))

    assert states == [
        (200, "published", 2),
        (200, "suspended", 3),
        (200, "published", 4),
        (200, "withdrawn", 5),
    ]
    actions = AuditRow.objects.filter(subject_id=draft["id"]).order_by("id").values_list("action", flat=True)
    assert list(actions) == [
        f"{kind.code}.{verb}" for verb in ("created", "published", "suspended", "published", "withdrawn")
    ]


def test_only_what_is_sent_is_changed_and_null_clears(kind, client, draft):
    path = f"/{kind.plural}/{draft['id']}"

    changed = client.send("patch", path, {"keywords": ["铜合金"], kind.amount: None}, version=1).json()

    differing = {name for name in changed if changed[name] != draft[name]}
    assert differing == {"keywords", kind.amount, "version"}
    assert (changed["keywords"], changed[kind.amount]) == (["铜合金"], None)


def test_every_unknown_code_is_named_at_its_field(kind, client, draft):
    coded = [field for field in kind.columns if field.scheme and field.name != "region"]
    wrong = {field.name: "nowhere"[: field.most or 40] if field.empty == "" else ["nope"] for field in coded}

    answer = client.send("patch", f"/{kind.plural}/{draft['id']}", wrong, version=1)

    assert answer.status_code == 422
    assert sorted(error["loc"][0] for error in answer.json()["errors"]) == sorted(wrong)
    assert {error["code"] for error in answer.json()["errors"]} == {"unknown_code"}


def test_a_change_needs_the_version_that_was_read(kind, client, draft):
    path = f"/{kind.plural}/{draft['id']}"

    without = client.send("patch", path, {"keywords": []})
    stale = client.send("patch", path, {"keywords": []}, version=7)

    assert (without.status_code, stale.status_code) == (428, 412)


def test_a_draft_is_nobody_elses(kind, client, draft, cast, api):
    path = f"/{kind.plural}/{draft['id']}"

    assert api.as_(cast.other_clerk).send("get", path).status_code == 404
    assert api.as_(cast.other_clerk).send("post", f"{path}/publish", version=1).status_code == 404
    assert client.send("get", path).json() == draft


def test_the_operator_takes_down_and_says_why(kind, client, draft, cast, api):
    path = f"/{kind.plural}/{draft['id']}"
    client.send("post", f"{path}/publish", version=1)

    refused = client.send("post", f"{path}/take-down", {"reason": "重复"}, version=2)
    answer = api.as_(cast.operator).send("post", f"{path}/take-down", {"reason": "重复"}, version=2)

    assert (refused.status_code, answer.status_code, answer.json()["state"]) == (403, 200, "taken_down")
    assert AuditRow.objects.get(action=f"{kind.code}.taken_down").changes == {"reason": "重复"}
