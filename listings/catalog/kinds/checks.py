"""Checks of the tables, made as the portal starts: a kind with a fault does not start."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import ImproperlyConfigured

from listings.catalog.kinds.base import Card, Field, Kind, Place, Searched, Shape, Tier
from search.index.facets import FACETS


def require_sound(kinds: Iterable[Kind]) -> None:
    """Raise ImproperlyConfigured with every fault of the kinds."""
    if found := [fault for kind in kinds for fault in faults(kind)]:
        raise ImproperlyConfigured("\n".join(found))


def faults(kind: Kind) -> list[str]:
    """What is wrong with a kind's table, one sentence each."""
    found = [f"{kind.code}.{name} is {fault}" for name, fault in _columns(kind)]
    for field in kind.fields:
        found += [f"{kind.code}.{field.name} {fault}" for fault in (*_tier(kind, field), *_form(kind, field))]
    return found


def _columns(kind: Kind) -> Iterator[tuple[str, str]]:
    """Every column is accepted or internal, and everything accepted has its column."""
    columns = {field.name for field in kind.model._meta.concrete_fields}
    accepted = [field.name for field in kind.columns]
    yield from ((name, "not declared") for name in sorted(columns - {*accepted} - kind.internal))
    yield from ((name, "no column") for name in sorted(({*accepted} | kind.internal) - columns))
    yield from ((name, "accepted and internal") for name in sorted({*accepted} & kind.internal))
    yield from ((name, "declared twice") for name in sorted({name for name in accepted if accepted.count(name) > 1}))


def _tier(kind: Kind, field: Field) -> Iterator[str]:
    """A document, a match, a card and the feed have one audience: what fewer may read stands in none of them."""
    if field.tier is Tier.PUBLIC:
        return
    doors = {
        "searched": field.searched is not Searched.NO,
        "a facet": bool(field.facet),
        "matched": bool(field.matched),
        "exchanged": field.exchanged,
        "in the row": field.in_row,
        "on the card": field.card is not Card.NO or kind.teaser == field.name,
    }
    yield from (f"is read by fewer than its listing, and {door}" for door, is_open in doors.items() if is_open)


def _form(kind: Kind, field: Field) -> Iterator[str]:
    """Each field can be asked for, and is shown to somebody."""
    if field.shape in {Shape.CODE, Shape.CODES} and not field.scheme:
        yield "has no code list"
    if field.shape in {Shape.LINE, Shape.TEXT, Shape.WORDS, Shape.PHONE, Shape.NUMBER} and not field.most:
        yield "has no upper bound"
    if field.shape is Shape.CHOICE and field.choices is None:
        yield "has no choices"
    if field.facet and field.facet not in FACETS:
        yield "has a facet that the search does not know"
    if (field.shape is Shape.ROWS) != (field.place is Place.BELOW):
        yield "is shown in a table of its own without being one, or the reverse"
    if field.shape is Shape.ROWS and field.name not in {child.field for child in kind.children}:
        yield "has no rows beneath it"
    if field.place is Place.HEADING and field.name not in {"title", "disclosure", kind.hides_owner}:
        yield "is in no heading, so nobody would be shown it"
    if unknown := set(field.instead) - {other.name for other in kind.fields}:
        yield f"is replaced by {sorted(unknown)}, which it has not"
