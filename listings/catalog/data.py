"""What an owner says of a listing, however it arrives: form, API, import, another market."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from pydantic import Field as Bounds
from pydantic import create_model

from listings.catalog import rules
from listings.catalog.kinds import ACHIEVEMENT, DEMAND
from listings.catalog.kinds.base import Error, Field, Kind, Shape
from listings.catalog.kinds.patents import PatentData
from listings.catalog.models import Listing
from market.kernel.api import Payload
from market.kernel.money import MAX_AMOUNT
from market.kernel.validation import validated
from market.kernel.values import ON_ONE_LINE, PhoneNumber
from market.reference.locations import LocationOrNone

__all__ = ["AchievementData", "DemandData", "ListingData", "PatentData"]

LONGEST_CODE = 40
Yuan = Annotated[Decimal, Bounds(ge=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2)]


class ListingData(Payload):
    """The fields of a kind, made from its table; codes are of the dictionary that each field names."""


@cache
def data_of(kind: Kind) -> type[Any]:
    """The model of what is accepted for a kind, a ListingData."""
    children = {child.field: child for child in kind.children}
    fields: dict[str, Any] = {}
    for field in kind.fields:
        if field.shape is Shape.ROWS:
            item: Any = children[field.name].data
            annotation: Any = Annotated[list[item], Bounds(max_length=field.items)]
        else:
            annotation = accepted(field)
        default = next(iter(field.choices)) if field.choices else field.empty
        fields[field.name] = annotation, ... if field.required else default
    name = f"{kind.model.__name__}Data"
    return create_model(name, __base__=ListingData, __module__=__name__, __doc__=kind.api.data, **fields)


def accepted(field: Field) -> Any:
    """The type of a column's value as it comes in."""
    text = Bounds(max_length=field.most or LONGEST_CODE, min_length=field.least or None)
    match field.shape:
        case Shape.LINE if field.required:
            return Annotated[str, text, ON_ONE_LINE]
        case Shape.LINE | Shape.TEXT | Shape.CODE:
            return Annotated[str, text]
        case Shape.PHONE:
            return Annotated[PhoneNumber, text]
        case Shape.WORDS | Shape.CODES:
            return Annotated[list[Annotated[str, text]], Bounds(max_length=field.items)]
        case Shape.NUMBER:
            return Annotated[int, Bounds(ge=field.least, le=field.most)] | None
    return {Shape.PLACE: LocationOrNone, Shape.MONEY: Yuan | None, Shape.DAY: date | None, Shape.FLAG: bool}.get(
        field.shape, field.choices
    )


AchievementData: Any = data_of(ACHIEVEMENT)
DemandData: Any = data_of(DEMAND)


def errors_of(kind: Kind, data: Any, *, on: date) -> list[Error]:
    """Everything wrong with a listing's values, by field."""
    errors = rules.unknown_codes(data.model_dump(), kind.schemes, on)
    for field in kind.fields:
        if field.normalise is not None:
            errors += rules.misshapen(field.name, getattr(data, field.name), field.normalise)
    return [*errors, *kind.errors(data, on=on)]


def current_data(kind: Kind, row: Listing) -> Any:
    """The listing as its owner would type it."""
    values = {field.name: getattr(row, field.name) for field in kind.columns}
    for child in kind.children:
        values[child.field] = [
            child.data.model_construct(**{name: getattr(item, name) for name in child.columns})
            for item in child.rows(row)
        ]
    return data_of(kind).model_construct(**values)


def merged(kind: Kind, row: Listing, changes: Mapping[str, Any]) -> Any:
    """The listing's data with some fields replaced, validated as a whole; raises InvalidInput."""
    return validated(data_of(kind), current_data(kind, row).model_dump(warnings=False) | dict(changes))
