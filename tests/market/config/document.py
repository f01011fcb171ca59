"""The API document as it is served, read once, and whether an answer is one that it declares."""

import json
from functools import cache
from typing import Any

from django.test import Client

PREFIX = "/api/v1"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get(f"{PREFIX}/openapi.json").content)
    return found


def operations() -> list[str]:
    return [
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, found in document()["paths"].items()
        for method in found
    ]


def described(operation: str) -> dict[str, Any]:
    method, path = operation.split(" ")
    found: dict[str, Any] = document()["paths"][PREFIX + path][method.lower()]
    return found


def require_declared(operation: str, answer: Any) -> None:
    """Fail where the document does not declare this status for the operation, or not this media type for the status."""
    declared = described(operation)["responses"]
    assert str(answer.status_code) in declared, (operation, answer.status_code, answer.content[:300])
    kinds = declared[str(answer.status_code)].get("content", {}).keys()
    if answer.streaming or answer.content:
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert kind in kinds, (operation, answer.status_code, kind)
    else:
        assert not kinds, (operation, answer.status_code, "no body")
    if "ETag" in declared[str(answer.status_code)].get("headers", {}):
        assert "ETag" in answer.headers, (operation, answer.status_code, "no ETag")
