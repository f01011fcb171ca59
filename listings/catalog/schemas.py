"""What goes over the wire, made from the tables of the kinds."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, create_model

from listings.catalog.data import data_of
from listings.catalog.kinds.base import Kind, Shape
from market.kernel.api import Payload, Reference
from market.kernel.questions import AmountConfirmed

LISTS = {Shape.WORDS, Shape.CODES}
SENT: dict[Shape, Any] = {
    Shape.NUMBER: int | None,
    Shape.MONEY: str | None,
    Shape.DAY: date | None,
    Shape.FLAG: bool,
    **dict.fromkeys(LISTS, list[str]),
}


def changes_of(model: type[Payload], name: str) -> type[Payload]:
    """The body of a PATCH: every field of `model`, none required; only the fields that are sent are changed."""
    fields: dict[str, Any] = {
        key: (Annotated[info.annotation, Field(), *info.metadata] | None, None)
        for key, info in model.model_fields.items()
    }
    return create_model(name, __base__=Payload, __module__=__name__, confirmed=(AmountConfirmed, []), **fields)


class TakeDownIn(Payload):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True)
class Schemas:
    """The documented shapes of a kind: what is accepted, what may be changed, a row, a listing, a page of the list."""

    data: Any
    changes: Any
    row: Any
    whole: Any
    page: Any


@cache
def schemas_of(kind: Kind) -> Schemas:
    name = kind.model.__name__
    sent: dict[str, Any] = {field.name: (SENT.get(field.shape, str), ...) for field in kind.columns}
    owner = Reference | None if kind.hides_owner else Reference
    head = {"id": (UUID, ...), "title": sent["title"], "owner": (owner, ...)}
    listed = {field.name: sent[field.name] for field in kind.columns if field.in_row and field.name not in head}
    tail = {"state": (str, ...), "published_at": (datetime | None, ...), "version": (int, ...)}
    row: Any = _schema(f"{name}Row", Schema, kind.api.row, head | listed | tail)
    rest = {key: value for key, value in sent.items() if key not in head | listed}
    children = {child.field: (list[child.schema], ...) for child in kind.children}  # type: ignore[name-defined]
    whole = _schema(f"{name}Out", row, kind.api.whole, rest | children | {"allowed": (list[str], ...)})
    fields: dict[str, Any] = {"items": (list[row], ...), "next": (str | None, ...)}
    page = _schema(f"{name}Page", Schema, "", fields)
    return Schemas(data_of(kind), changes_of(data_of(kind), f"{name}Changes"), row, whole, page)


def _schema(name: str, base: Any, words: str, fields: dict[str, Any]) -> Any:
    return create_model(name, __base__=base, __module__=__name__, __doc__=words or None, **fields)
