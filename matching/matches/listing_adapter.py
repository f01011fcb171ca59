"""Listings as the ranker reads them: what of a row speaks for or against a pair, as the table of its kind says."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from listings.catalog import kinds
from listings.catalog import policy as catalog
from listings.catalog.models import OPEN_STATES, Achievement, Demand, Listing, State
from market.kernel.clock import local_date
from matching.matches.models import Kind
from matching.scoring import evaluation
from matching.scoring.profiles import Profile

TEXT = "text"  # what the body of a profile is made of
MODELS: Mapping[Kind, type[Achievement] | type[Demand]] = {Kind.ACHIEVEMENT: Achievement, Kind.DEMAND: Demand}
SEEKING = (*OPEN_STATES, State.DRAFT)
OTHER = {Kind.ACHIEVEMENT: Kind.DEMAND, Kind.DEMAND: Kind.ACHIEVEMENT}


@cache
def matched(kind: kinds.Kind) -> Mapping[str, str]:
    """The columns that the ranker reads, each with what it takes them for, a field of `Profile`."""
    return {field.name: field.matched for field in kind.columns if field.matched}


@cache
def texts(kind: kinds.Kind) -> Sequence[str]:
    """The columns of the body, in its order."""
    return [name for name, taken_for in matched(kind).items() if taken_for == TEXT]


def seeking(kind: Kind, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Those of the listings that look for a partner: open ones, and drafts, whose owner sees what would fit.

    Nobody is proposed a draft, since the index has none. What is secret is matched with nobody.
    """
    rows = MODELS[kind]._default_manager.filter(catalog.OPEN_TO_OTHERS, id__in=ids, state__in=SEEKING)
    return {row.id: row for row in rows}


def body(row: Listing) -> str:
    """What a listing says beside its title."""
    return "\n".join(part for part in (getattr(row, name) for name in texts(kinds.kind_of(row))) if part)


def document(row: Listing) -> str:
    """A listing as the statistics count it."""
    return evaluation.document(Profile(row.title, body(row)))


def profile_of(row: Any, *, signed: int | None = None) -> Profile:
    """An achievement or a demand as values; what it does not have stays unknown to the ranker.

    `signed` is how many deals an achievement's owner has signed (`track_record.signed_by`).
    """
    values: dict[str, Any] = {
        "text": body(row),
        "published_on": local_date(row.published_at) if row.published_at else None,
        "signed": signed,
    }
    for name, taken_for in matched(kinds.kind_of(row)).items():
        if taken_for != TEXT:
            value = getattr(row, name)
            values[taken_for] = tuple(value) if isinstance(value, list) else value
    return Profile(**values)


def codes_of(row: Achievement | Demand) -> dict[str, list[str]]:
    """What a partner may share, by facet of the search."""
    return {
        "technology_field": [row.technology_field] if row.technology_field else [],
        "local_industry": [row.local_industry] if row.local_industry else [],
        "industry": list(row.industries),
    }
