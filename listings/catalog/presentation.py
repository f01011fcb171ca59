"""A listing as pages show it: its facts by the table of its kind, and what a card of a list says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from listings.catalog import policy
from listings.catalog.kinds.base import Card, Field, Kind, Place, Shape
from market.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its words; the template writes it by its shape."""

    label: Any
    value: Any
    field: Field

    @property
    def shape(self) -> str:
        return self.field.shape.value


def facts(kind: Kind, row: Any, actor: Actor, place: Place = Place.FACTS) -> list[Fact]:
    """What is said at a place and the actor may read. A price that is not named is up to negotiation, and said."""
    return [
        Fact(kind.words(field), value, field)
        for field in kind.columns
        if field.place is place
        and policy.reads(actor, kind, field, row)
        and ((value := getattr(row, field.name)) != field.empty or field.shape is Shape.MONEY)
    ]


def tables(kind: Kind, row: Any) -> list[tuple[str, Sequence[Any]]]:
    """The rows beneath a listing, each table with its template."""
    return [(f"catalog/_{child.field}.html", list(child.rows(row))) for child in kind.children]


@dataclass(frozen=True, slots=True)
class ListingCard:
    """A row of a list; `owner` is what an unnamed one is called where the reader may not know it."""

    row: Any
    owner: Any
    facts: Sequence[tuple[Fact, bool]]
    teaser: str


def cards(kind: Kind, rows: Iterable[Any], actor: Actor) -> list[ListingCard]:
    shown = [field for field in kind.columns if field.card is not Card.NO]
    return [
        ListingCard(
            row=row,
            owner=owner_name(kind, row, actor),
            facts=[
                (Fact(kind.words(field), getattr(row, field.name), field), field.card is Card.LABELLED)
                for field in shown
                if getattr(row, field.name) != field.empty or field.shape is Shape.MONEY
            ],
            teaser=getattr(row, kind.teaser),
        )
        for row in rows
    ]


def owner_name(kind: Kind, row: Any, actor: Actor) -> str:
    """The owner's name, or what one is called who is not named."""
    return row.owner.name if policy.sees_owner(actor, row) else str(kind.phrases.unnamed)


def count(kind: Kind, number: int) -> str:
    return str(kind.phrases.count % {"count": number})
