"""Every operation of the OpenAPI document refuses what is wrong with it, by a stable code, and moves nothing.

The cases are made from the document: a new operation is tried without being named here.
"""

import copy
import json
from typing import Any

import pytest

from market.kernel.audit import AuditRow
from market.kernel.models import OutboxEvent
from tests.market.config.access import API
from tests.market.config.bodies import BODIES
from tests.market.config.document import PREFIX, described, operations, require_declared
from tests.market.config.test_access_api import FILES
from tests.market.config.world import World, build_world

# One to answer for each operation: somebody who gets through its policy.
PREFERRED = ("university_clerk", "enterprise_clerk", "broker", "registrar", "operator", "approver")


def with_json_body() -> list[str]:
    return [
        name for name in operations() if "application/json" in described(name).get("requestBody", {}).get("content", {})
    ]


def with_version() -> list[str]:
    """Operations that change an existing row answer 428 without its version."""
    return [name for name in operations() if "_id}" in name and "428" in described(name)["responses"]]


@pytest.fixture
def world(cast) -> World:
    return build_world(cast)


@pytest.fixture
def send(api, world):
    """Send the operation as somebody who may; the answer must be a problem, and nothing may have moved."""
    clients: dict[str, Any] = {}

    def attempt(operation: str, *, body: Any = None, raw: bytes | None = None, query: str = "", **headers: str) -> Any:
        method, path = operation.split(" ")
        through = API[operation].through
        name = next((name for name in PREFERRED if name in through), next(iter(sorted(through))))
        client = clients.setdefault(name, api.as_(getattr(world.cast, name)))
        content: dict[str, Any] = {}
        if raw is not None or body is not None:
            content = {"data": raw if raw is not None else json.dumps(body), "content_type": "application/json"}
        before = (AuditRow.objects.count(), OutboxEvent.objects.count())
        answer = getattr(client, method.lower())(
            f"{PREFIX}{path.format(**world.parameters)}{query}", headers={"Idempotency-Key": "bad"} | headers, **content
        )
        assert (AuditRow.objects.count(), OutboxEvent.objects.count()) == before, operation
        assert answer.headers["Content-Type"] == "application/problem+json", (operation, answer.content)
        require_declared(operation, answer)
        return answer.status_code, answer.json()["code"]

    return attempt


def good(operation: str, world: World) -> dict[str, Any]:
    return copy.deepcopy(BODIES[operation](world)) if operation in BODIES else {}


def test_the_cases_are_many():
    """The control of this file: were the document read wrongly, it would try nothing."""
    assert len(with_json_body()) > 20
    assert len(with_version()) > 20


def test_an_unknown_field_is_refused(send, world):
    found = {
        name: send(name, body=good(name, world) | {"surprise": 1}, **{"If-Match": '"1"'}) for name in with_json_body()
    }

    assert {name: answer for name, answer in found.items() if answer != (422, "invalid_input")} == {}


def test_a_wrong_type_is_refused(send, world):
    """Each field in turn is an object, which none of them is."""
    found = {
        (name, field): send(name, body=good(name, world) | {field: {"no": "such"}}, **{"If-Match": '"1"'})
        for name in with_json_body()
        for field in good(name, world)
    }

    assert {key: answer for key, answer in found.items() if answer != (422, "invalid_input")} == {}


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b"null", b'{"title": "\\ud800"}', b"\xff\xfe", b"1e999"])
def test_what_is_no_json_object_is_refused(send, raw):
    found = {name: send(name, raw=raw, **{"If-Match": '"1"'}) for name in with_json_body()}

    assert {name: answer for name, answer in found.items() if answer != (422, "invalid_input")} == {}


def test_a_body_that_is_too_large_is_refused(send):
    body = b'{"title": "' + b"x" * 11_000_000 + b'"}'

    found = {name: send(name, raw=body, **{"If-Match": '"1"'}) for name in with_json_body()}

    assert {name: answer for name, answer in found.items() if answer != (413, "too_large")} == {}


def test_an_unknown_parameter_is_refused(send, world):
    bodies = {name: good(name, world) for name in operations() if not FILES & good(name, world).keys()}

    found = {
        name: send(name, body=body if name in with_json_body() else None, query="?surprise=1", **{"If-Match": '"1"'})
        for name, body in bodies.items()
    }

    assert {name: answer for name, answer in found.items() if answer != (400, "unknown_parameter")} == {}


def test_a_change_without_its_version_is_refused(send, world):
    names = [name for name in with_version() if not FILES & good(name, world).keys()]

    found = {name: send(name, body=good(name, world) if name in with_json_body() else None) for name in names}

    assert {name: answer for name, answer in found.items() if answer != (428, "version_missing")} == {}


def test_a_change_of_another_version_is_refused(send, world):
    names = [name for name in with_version() if not FILES & good(name, world).keys()]

    found = {
        name: send(name, body=good(name, world) if name in with_json_body() else None, **{"If-Match": '"9999"'})
        for name in names
    }

    assert {name: answer for name, answer in found.items() if answer != (412, "stale_version")} == {}


@pytest.mark.parametrize("version", ["1", '"x"', '"-1"', "*", '"1", "2"', '"' + "9" * 40 + '"'])
def test_a_version_that_is_none_is_refused(send, world, version):
    name = "POST /achievements/{achievement_id}/suspend"

    status, code = send(name, **{"If-Match": version})

    assert (status, code) in {(412, "stale_version"), (422, "invalid_input"), (428, "version_missing")}
