"""Listings as search documents: what of them is searched, by whom it may be found, and what it is cut by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from listings.catalog import policy
from listings.catalog.kinds import ACHIEVEMENT, DEMAND
from listings.catalog.kinds.base import Field, Kind, Searched, Shape
from listings.catalog.models import OPEN_STATES, SHOWN_STATES
from market.kernel.compiled_query import RowsAmong
from market.reference.identifiers.ipc import ipc_levels
from search.index import facets
from search.index.documents import Document, Projection

# Plain values: model instances would take more than twice as long.
MARKET_COLUMNS = (
    *("id", "version", "state", "disclosure", "secrecy", "owner_id", "owner__kind", "owner__name"),
    *("published_at", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a kind's rows is read for their documents: columns, and the fields of each use."""

    columns: Sequence[str]
    texts: Sequence[str]
    words: Sequence[str]
    names: Sequence[str]
    classes: Sequence[str]
    facets: Sequence[Field]


@cache
def reading_of(kind: Kind) -> Reading:
    def named(searched: Searched, *, are_words: bool | None = None) -> list[str]:
        return [
            field.name
            for field in kind.columns
            if field.searched is searched and are_words in (None, field.shape is Shape.WORDS)
        ]

    read = ["title", *(field.name for field in kind.columns if field.searched is not Searched.NO or field.facet)]
    own = [name for name in (kind.hides_owner, kind.amount) if name]
    return Reading(
        columns=tuple(dict.fromkeys((*MARKET_COLUMNS, *read, *own))),
        texts=named(Searched.TEXT, are_words=False),
        words=named(Searched.TEXT, are_words=True),
        names=named(Searched.NAMES),
        classes=named(Searched.CLASSES),
        facets=[field for field in kind.columns if field.facet],
    )


def documents_of(kind: Kind, ids: Sequence[UUID]) -> Mapping[UUID, Document]:
    """Listings of a kind on show by id; the others are left out."""
    beneath: dict[UUID, list[tuple[Any, Any]]] = defaultdict(list)
    rows, children = rows_of(kind)
    for child, items in children:
        for item in items(ids):
            beneath[getattr(item, f"{child.parent}_id")].append((child, item))
    return {row.id: document(kind, row, beneath[row.id]) for row in rows(ids)}


@cache
def rows_of(kind: Kind) -> tuple[RowsAmong, list[tuple[Any, RowsAmong]]]:
    """A kind's rows on show by id, and those of each table beneath by the listing's."""

    def beneath(child: Any) -> RowsAmong:
        columns = (f"{child.parent}_id", *child.columns)
        return RowsAmong(lambda: child.model.objects.order_by("id").values_list(*columns), f"{child.parent}_id")

    columns = reading_of(kind).columns
    rows = RowsAmong(lambda: _shown(kind).values_list(*columns), "id")
    return rows, [(child, beneath(child)) for child in kind.children]


achievement_documents = partial(documents_of, ACHIEVEMENT)
demand_documents = partial(documents_of, DEMAND)


def document(kind: Kind, row: Any, beneath: Sequence[tuple[Any, Any]] = ()) -> Document:
    """The document of a row, with each of the rows beneath it and what declares that."""
    read = reading_of(kind)
    texts = [*(getattr(row, name) for name in read.texts), *("、".join(getattr(row, name)) for name in read.words)]
    classes = [code for name in read.classes for code in getattr(row, name)]
    codes = list(dict.fromkeys(form for code in classes for form in ipc_levels(code)))
    numbers = [number for child, item in beneath for number in child.numbers(item)]
    return Document(
        kind=kind.code,
        id=row.id,
        version=row.version,
        title=row.title,
        text="\n".join(text for text in texts if text),
        audience=policy.audience(row, row.owner_id),
        published_at=row.published_at or row.created_at,
        owner=str(row.owner_id),
        is_open=row.state in OPEN_STATES,
        identifiers=[*numbers, *(code for code in codes if code[0].isalpha())],
        names=_names(kind, row, beneath),
        codes=codes,
        facets={"owner_kind": [row.owner__kind]} | {field.facet: _codes(field, row) for field in read.facets},
        amount=getattr(row, kind.amount) if kind.amount else None,
    )


def _names(kind: Kind, row: Any, beneath: Sequence[tuple[Any, Any]]) -> list[str]:
    """Whoever finds a listing by a name knows the name: what its readers are not told is not in the document."""
    found = [] if kind.hides_owner and getattr(row, kind.hides_owner) else [row.owner__name]
    for name in reading_of(kind).names:
        value = getattr(row, name)
        found += value if isinstance(value, list) else [value]
    found += [name for child, item in beneath for name in child.names(item)]
    return list(dict.fromkeys(name for name in found if name))


def _codes(field: Field, row: Any) -> list[str]:
    value = getattr(row, field.name)
    if field.shape is Shape.MONEY:
        return [facets.price_band(value)]
    codes = value if isinstance(value, list) else [value] if value else []
    return facets.with_ancestors(field.facet, map(field.facet_code, codes) if field.facet_code else codes)


def _shown(kind: Kind) -> QuerySet[Any]:
    return kind.model._default_manager.filter(state__in=SHOWN_STATES)


def _versions(kind: Kind, after: UUID | None, most: int) -> Sequence[tuple[UUID, int]]:
    rows = _shown(kind) if after is None else _shown(kind).filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", "version")[:most])


def projection_of(kind: Kind) -> Projection:
    """How the search reads a kind."""
    return Projection(
        kind=kind.code,
        label=kind.phrases.name,
        scope=kind.plural,
        load=partial(documents_of, kind),
        versions=partial(_versions, kind),
        count=lambda: _shown(kind).count(),
        url_name=kind.url_name,
    )
