"""Stripe's wire format: nested form fields in, JSON and typed errors out."""

import re
from typing import Any
from urllib.parse import parse_qsl

Params = dict[str, Any]
PART = re.compile(r"[^\[\]]+")
NESTED = frozenset(
    {
        *("metadata", "payment_method_types", "payment_method_options", "automatic_payment_methods", "transfer_data"),
        *("expand", "line_items", "payment_intent_data"),
    }
)


class Refusal(Exception):
    """An answer other than 200, in Stripe's words."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message} | more}
        if code:
            self.body["error"]["code"] = code
        if param:
            self.body["error"]["param"] = param


def invalid(message: str, *, code: str = "", param: str = "", status: int = 400) -> Refusal:
    return Refusal(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, key: str) -> Refusal:
    return invalid(f"No such {kind}: '{key}'", code="resource_missing", param="id", status=404)


def decode(text: str) -> Params:
    """`metadata[a]=1&types[0]=card` as {"metadata": {"a": "1"}, "types": ["card"]}."""
    found: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        place, *parts = PART.findall(name) or [""]
        here: Any = found
        for part in parts:
            here = here.setdefault(place, {})
            if not isinstance(here, dict):
                raise invalid(f"Invalid parameter: {name}", param=name)
            place = part or str(len(here))
        here[place] = value
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(part.isdigit() for part in value):
        return [_listed(value[part]) for part in sorted(value, key=int)]
    return {name: _listed(part) for name, part in value.items()}


def check(params: Params, *, known: frozenset[str], required: tuple[str, ...] = ()) -> None:
    """Refuse what Stripe would refuse: an unknown parameter, or a missing one."""
    for name, value in params.items():
        if name not in known | {"expand"}:
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
        if isinstance(value, str) is (name in NESTED) and value != "":
            raise invalid(f"Invalid {'object' if name in NESTED else 'string'}: {name}", param=name)
    for name in required:
        if params.get(name, "") == "":
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)


def currency(params: Params) -> str:
    found = str(params["currency"]).lower()
    if not re.fullmatch("[a-z]{3}", found):
        raise invalid(f"Invalid currency: {found}", param="currency")
    return found


def whole(params: Params, name: str, *, least: int = 1) -> int:
    """An amount in minor units."""
    text = str(params[name])
    if not re.fullmatch(r"\d{1,15}", text):
        raise invalid(f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    if int(text) < least:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param=name)
    return int(text)


def page(items: list[Params], params: Params, url: str) -> Params:
    """A list as Stripe pages it: `limit`, `starting_after`."""
    limit = min(100, whole(params, "limit")) if "limit" in params else 10
    if after := params.get("starting_after"):
        places = [index for index, item in enumerate(items) if item["id"] == after]
        items = items[places[0] + 1 :] if places else []
    return {"object": "list", "url": url, "data": items[:limit], "has_more": len(items) > limit}
