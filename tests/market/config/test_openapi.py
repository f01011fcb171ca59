"""The API document tells the truth: of bodies, names, headers, files and refusals."""

import inspect
import re
from enum import Enum
from functools import cache
from typing import Any, get_args

import pytest
from django.http import HttpResponse
from pydantic import BaseModel

from contracts.registration.rules import GROUND_LABELS
from market.config.api import api as market_api
from market.kernel.openapi import Document, MediaTypes, metadata_of, refusals_of
from market.kernel.problems import VersionMissing, all_problems
from tests.market.config.document import PREFIX, require_declared

WRAPPERS = re.compile("NinjaResponseSchema|.*Params?$")


@cache
def document() -> Document:
    return market_api.get_openapi_schema(path_prefix=f"{PREFIX}/")


def operations() -> dict[str, tuple[Any, dict[str, Any]]]:
    """Each operation by method and path, with what the document says of it."""
    found = {}
    for router in market_api._get_bound_routers():
        for path, view in router.path_operations.items():
            address = re.sub(r"{[^}:]+:", "{", f"{PREFIX}/{router.prefix.strip('/')}/{path.strip('/')}".rstrip("/"))
            for operation in view.operations:
                for method in operation.methods:
                    found[f"{method} {address}"] = (operation, document()["paths"][address][method.lower()])
    return found


def name_of(kind: type) -> str:
    return kind.__qualname__.replace(".", "")


def classes_in(annotation: Any, known: set[type]) -> None:
    """Every model and enumeration that an annotation leads to."""
    if isinstance(annotation, type) and annotation not in known and issubclass(annotation, BaseModel | Enum):
        known.add(annotation)
        for field in getattr(annotation, "model_fields", {}).values():
            classes_in(field.annotation, known)
    for part in get_args(annotation):
        classes_in(part, known)


def test_every_class_has_a_component_of_its_own():
    known: set[type] = set()
    for operation, _described in operations().values():
        for model in (*operation.models, *operation.response_models.values()):
            classes_in(model, known)
    classes = {kind for kind in known if not WRAPPERS.fullmatch(kind.__name__)}

    assert len({name_of(kind) for kind in classes}) == len(classes)
    assert sorted(document()["components"]["schemas"]) == sorted(map(name_of, classes))


def payload_of(operation: Any) -> type[BaseModel] | None:
    """The class of the body that the handler takes."""
    hints = inspect.signature(operation.view_func).parameters.values()
    found = [hint.annotation for hint in hints if hint.name == "payload"]
    return found[0] if found else None


def test_every_operation_declares_the_body_that_its_handler_takes():
    wrong, compared = [], 0
    for name, (operation, described) in operations().items():
        payload = payload_of(operation)
        content = described.get("requestBody", {}).get("content", {})
        if payload is None or "application/json" not in content:
            continue
        body = content["application/json"]["schema"]
        component = document()["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        fields = {field.alias or key for key, field in payload.model_fields.items()}
        required = {key for key, field in payload.model_fields.items() if field.is_required()}
        said = (component["title"], set(component["properties"]), set(component.get("required", [])))
        wrong += [name] if said != (payload.__name__, fields, required) else []
        compared += 1

    assert wrong == []
    assert compared > 35


def test_every_answer_declares_the_class_that_is_written():
    for name, (operation, described) in operations().items():
        for status, model in operation.response_models.items():
            schema = described["responses"][status].get("content", {}).get("application/json", {}).get("schema", {})
            written = model.model_fields["response"].annotation if model else None
            if isinstance(written, type) and issubclass(written, BaseModel) and status < 400:
                assert schema["$ref"].rpartition("/")[2] == name_of(written), name


def headers_of(described: dict[str, Any]) -> dict[str, bool]:
    return {item["name"]: item["required"] for item in described["parameters"] if item["in"] == "header"}


def test_the_headers_that_an_operation_demands_are_declared():
    for name, (operation, described) in operations().items():
        source = inspect.getsource(operation.view_func)
        headers = headers_of(described)
        assert ("If-Match" in headers) == (428 in described["responses"]), name
        assert "If-Match" in headers or "if_match(request)" not in source, name
        assert headers.get("Idempotency-Key", False) == ("require_key(request)" in source), name
        assert ("Idempotency-Key" in headers) == ("POST" in operation.methods), name
        assert (VersionMissing in refusals_of(operation)) == ("If-Match" in headers), name


def test_reading_is_declared_as_open_to_everyone_and_writing_is_not(api):
    declared = {name: {} in described["security"] for name, (_operation, described) in operations().items()}

    assert {name for name, is_open in declared.items() if is_open != name.startswith("GET ")} == set()
    # What that means: a stranger is told nothing of what is hidden, and is not asked to sign in first.
    absent = "0192a000-0000-7000-8000-000000000000"
    assert [api.send("get", path).status_code for path in ("/deals", f"/deals/{absent}")] == [200, 404]
    assert api.send("post", "/deals", {"introduction_id": absent}).status_code == 401


def test_operation_ids_are_tag_and_verb_and_no_two_are_the_same():
    ids = {described["operationId"]: name for name, (_operation, described) in operations().items()}

    assert len(ids) == len(operations())
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []
    assert ids["contracts_draft"] == "POST /api/v1/contracts"


def test_the_codes_of_each_refusal_are_declared_with_their_status():
    statuses = {problem.code: problem.status for problem in all_problems()}
    for name, (_operation, described) in operations().items():
        for status, answer in described["responses"].items():
            if status >= 400:
                assert answer["content"].keys() == {"application/problem+json"}, name
                assert {statuses[code] for code in answer["x-problem-codes"]} == {status}, name


@pytest.mark.parametrize(
    ("operation", "media_types"),
    [
        ("GET /api/v1/contracts/{contract_id}/document", {"application/pdf"}),
        ("GET /api/v1/turnover/breakdown.csv", {"text/csv"}),
        ("GET /api/v1/audit/evidence/{evidence_id}", {"application/jsonl"}),
    ],
)
def test_files_are_declared_as_what_they_are(operation, media_types):
    assert operations()[operation][1]["responses"][200]["content"].keys() == media_types


def test_every_file_is_declared_with_its_kinds():
    unnamed = [
        (name, status)
        for name, (operation, _described) in operations().items()
        for status, model in operation.response_models.items()
        if model and model.model_fields["response"].annotation is bytes and not metadata_of(model, MediaTypes)
    ]

    assert unnamed == []


@pytest.mark.parametrize(
    "answer", [HttpResponse("{}", status=418), HttpResponse("<p>"), HttpResponse(content_type="application/json")]
)
def test_control_an_answer_that_is_not_declared_is_seen(answer):
    require_declared("GET /me", HttpResponse("{}", content_type="application/json"))

    with pytest.raises(AssertionError):
        require_declared("GET /me", answer)


def test_the_dictionary_that_grounds_are_codes_of_is_served(api):
    told = api.send("get", "/dictionaries/registration_ground").json()

    assert {entry["code"] for entry in told["items"]} == set(GROUND_LABELS)
    grounds = document()["components"]["schemas"]["GroundsIn"]["properties"]["grounds"]["items"]
    assert document()["components"]["schemas"][grounds["$ref"].rpartition("/")[2]]["enum"] == [*GROUND_LABELS]
