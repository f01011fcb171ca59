"""What is searched: a document made by the room that owns the row behind it. Search knows no patent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from market.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Document:
    """A listing as search sees it.

    `audience` holds the tokens of which a reader must have one; `facets` codes by facet name, each with those above
    it; `identifiers` what leads straight here when typed; `owner` the organisation's id as text. `names` are those of
    people and organisations that the whole audience may know, `codes` words that are found and say nothing of rank.
    """

    kind: str
    id: UUID
    version: int
    title: str
    text: str
    audience: Sequence[str]
    published_at: datetime
    owner: str = ""
    is_open: bool = True
    identifiers: Sequence[str] = ()
    names: Sequence[str] = ()
    codes: Sequence[str] = ()
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    amount: Decimal | None = None


Load = Callable[[Sequence[UUID]], Mapping[UUID, Document]]


@dataclass(frozen=True, slots=True)
class Projection:
    """How the rows of a kind become documents; an id that `load` leaves out is not to be found any more.

    `versions` gives id and version of the rows that must be in the index, ordered by id, from the one after the
    given id on and at most so many; `count` how many they are. `scope` is what an API key needs to read them, `label`
    what people call the kind.
    """

    kind: str
    label: Any
    scope: str
    load: Load
    versions: Callable[[UUID | None, int], Sequence[tuple[UUID, int]]]
    count: Callable[[], int]
    url_name: str


_projections: dict[str, Projection] = {}


def register(projection: Projection) -> None:
    """Have the rows of a kind searched."""
    _projections[projection.kind] = projection


def projection(kind: str) -> Projection | None:
    return _projections.get(kind)


def label(kind: str) -> str:
    """What people call a kind; its code where nobody has it searched."""
    return str(_projections[kind].label) if kind in _projections else kind


def kind_type() -> Any:
    """The type of a parameter that names a kind, or none: to be asked once every room has registered its own."""
    return Literal[("", *_projections)]


def readable_kinds(actor: Actor) -> list[str]:
    """The kinds that an actor may read at all: every one for a person, those in its scopes for an API key."""
    return [
        kind for kind, source in _projections.items() if actor.scopes is None or f"{source.scope}:read" in actor.scopes
    ]


def projections() -> list[Projection]:
    return list(_projections.values())
