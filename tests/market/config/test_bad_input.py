"""Every operation of the OpenAPI document refuses what is wrong with it, by a stable code, and moves nothing.

The cases are made from the document: a new operation is tried without being named here.
"""

import copy
import json
import re
from typing import Any

import pytest

from market.kernel.audit import AuditRow
from market.kernel.models import OutboxEvent
from tests.market.config.access import API
from tests.market.config.bodies import BODIES
from tests.market.config.document import PREFIX, described, document, operations, require_declared
from tests.market.config.test_access_api import FILES
from tests.market.config.world import World, build_world

# One to answer for each operation: somebody who gets through its policy.
CHINESE = re.compile(r"[\u3400-\u9fff]")
PREFERRED = ("university_clerk", "enterprise_clerk", "broker", "registrar", "operator", "approver")


def with_json_body() -> list[str]:
    return [
        name for name in operations() if "application/json" in described(name).get("requestBody", {}).get("content", {})
    ]


def with_version() -> list[str]:
    """Operations that change an existing row answer 428 without its version."""
    return [name for name in operations() if "_id}" in name and "428" in described(name)["responses"]]


def changing_a_versioned_row() -> list[str]:
    """Operations on one row that answer with its version."""
    found = []
    for name in operations():
        answer = described(name)["responses"].get("200", {}).get("content", {}).get("application/json", {})
        component = document()["components"]["schemas"].get(answer.get("schema", {}).get("$ref", "").split("/")[-1], {})
        if not name.startswith("GET ") and "_id}" in name and "version" in component.get("properties", {}):
            found.append(name)
    return found


@pytest.fixture
def world(cast) -> World:
    return build_world(cast)


@pytest.fixture
def send(api, world):
    """Send the operation as somebody who may; the answer must be a problem, and nothing may have moved."""
    clients: dict[str, Any] = {}

    def attempt(
        operation: str,
        *,
        body: Any = None,
        raw: bytes | None = None,
        kind: str = "application/json",
        query: str = "",
        **headers: str,
    ) -> Any:
        method, path = operation.split(" ")
        through = API[operation].through
        name = next((name for name in PREFERRED if name in through), next(iter(sorted(through))))
        client = clients.setdefault(name, api.as_(getattr(world.cast, name)))
        content: dict[str, Any] = {}
        if raw is not None:
            content = {"data": raw, "content_type": kind}
        elif body is not None:
            is_form = FILES & body.keys()
            content = {"data": body} if is_form else {"data": json.dumps(body), "content_type": "application/json"}
        before = (AuditRow.objects.count(), OutboxEvent.objects.count())
        answer = getattr(client, method.lower())(
            f"{PREFIX}{path.format(**world.parameters)}{query}", headers={"Idempotency-Key": "bad"} | headers, **content
        )
        assert (AuditRow.objects.count(), OutboxEvent.objects.count()) == before, operation
        assert answer.headers["Content-Type"] == "application/problem+json", (operation, answer.content)
        require_declared(operation, answer)
        require_words(answer.json(), headers.get("Accept-Language", "zh-hans"))
        return answer.status_code, answer.json()["code"]

    return attempt


def require_words(problem: dict[str, Any], language: str) -> None:
    """Fail where a refusal says something in another language than the reader's."""
    words = [problem["title"], problem["detail"], *(error["message"] for error in problem["errors"])]
    for word in filter(None, words):
        assert bool(CHINESE.search(word)) == (language == "zh-hans"), (language, word)


def good(operation: str, world: World) -> dict[str, Any]:
    return copy.deepcopy(BODIES[operation](world)) if operation in BODIES else {}


def good_or_none(operation: str, world: World) -> dict[str, Any] | None:
    return good(operation, world) if "requestBody" in described(operation) else None


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


def test_a_refusal_of_a_body_is_in_english_for_who_reads_english(send, world):
    english = {"If-Match": '"1"', "Accept-Language": "en"}

    for name in with_json_body():
        for raw in (b"{", b"[]", b'{"title": "\\u0000"}', json.dumps(good(name, world) | {"surprise": 1}).encode()):
            assert send(name, raw=raw, **english) == (422, "invalid_input"), (name, raw)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_kind_is_refused(send, world, kind):
    found = {
        name: send(name, raw=json.dumps(good(name, world)).encode(), kind=kind, **{"If-Match": '"1"'})
        for name in with_json_body()
    }

    assert {name: answer for name, answer in found.items() if answer != (415, "unsupported_media_type")} == {}


def test_a_form_is_not_read_from_json(send, world):
    names = [name for name, body in BODIES.items() if FILES & body(world).keys()]
    assert len(names) > 8

    found = {name: send(name, raw=b"{}", **{"If-Match": '"1"'}) for name in names}

    assert {name: answer for name, answer in found.items() if answer != (415, "unsupported_media_type")} == {}


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


def test_whoever_changes_a_row_with_a_version_names_it():
    assert len(changing_a_versioned_row()) > 20
    assert set(changing_a_versioned_row()) - set(with_version()) == set()


def test_a_change_without_its_version_is_refused(send, world):
    found = {name: send(name, body=good_or_none(name, world)) for name in with_version()}

    assert {name: answer for name, answer in found.items() if answer != (428, "version_missing")} == {}


def test_a_change_of_another_version_is_refused(send, world):
    found = {name: send(name, body=good_or_none(name, world), **{"If-Match": '"9999"'}) for name in with_version()}

    assert {name: answer for name, answer in found.items() if answer != (412, "stale_version")} == {}


@pytest.mark.parametrize("version", ["abc", '"x"', '"-1"', "*", '"1', '"1", "2"', '"' + "9" * 40 + '"', '"١"'])
def test_a_version_that_is_none_is_refused(send, world, version):
    found = {name: send(name, body=good_or_none(name, world), **{"If-Match": version}) for name in with_version()}

    assert {name: answer for name, answer in found.items() if answer != (400, "version_invalid")} == {}
