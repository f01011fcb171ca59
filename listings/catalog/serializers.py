"""Serialisers: listings as the wire has them, plain values built without validation, which costs lists the most.

A test compares them with the documented schemas.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import orjson
from django.http import HttpResponse

from listings.catalog import policy
from listings.catalog.kinds.base import Child, Kind, Shape
from market.kernel.actor import Actor

MARKET_COLUMNS = ("id", "state", "published_at", "version")


@cache
def row_columns(kind: Kind) -> tuple[str, ...]:
    """What `serialize_rows` needs of a row, for `.values()`."""
    in_row = (field.name for field in kind.fields if field.in_row)
    return (*MARKET_COLUMNS, *in_row, "owner_id", "owner__name", *([kind.hides_owner] if kind.hides_owner else []))


def page(items: Sequence[dict[str, Any]], cursor: str | None) -> HttpResponse:
    """A page of a list as JSON."""
    return HttpResponse(orjson.dumps({"items": items, "next": cursor}), content_type="application/json; charset=utf-8")


def serialize_rows(kind: Kind, rows: Iterable[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Rows of `.values(*row_columns(kind))`, changed in place."""
    amount, switch, found = kind.amount, kind.hides_owner, []
    for values in rows:
        owner = {"id": values.pop("owner_id"), "name": values.pop("owner__name")}
        is_hidden = switch and values.pop(switch) and not policy.is_its_own(actor, owner["id"])
        values["owner"] = None if is_hidden else owner
        if amount and values[amount] is not None:
            values[amount] = str(values[amount])
        found.append(values)
    return found


def serialize(kind: Kind, row: Any, actor: Actor) -> dict[str, Any]:
    """One listing with everything that the actor may read of it; the rest is empty."""
    values = {name: getattr(row, name) for name in MARKET_COLUMNS}
    for field in kind.columns:
        value = getattr(row, field.name) if policy.reads(actor, kind, field, row) else field.empty
        values[field.name] = str(value) if field.shape is Shape.MONEY and value is not None else value
    for child in kind.children:
        values[child.field] = [serialize_child(child, item) for item in child.rows(row)]
    owner = {"id": row.owner_id, "name": row.owner.name} if policy.sees_owner(actor, row) else None
    return values | {"owner": owner, "allowed": policy.policy_of(kind.code).allowed(actor, row)}


def serialize_child(child: Child, item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in child.schema.model_fields}
