"""Listings as the ranker reads them: what of a row speaks for or against a pair."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from listings.catalog import policy as catalog
from listings.catalog.models import OPEN_STATES, Achievement, Demand, Listing, State
from market.kernel.clock import local_date
from matching.matches.models import Kind
from matching.scoring import evaluation
from matching.scoring.profiles import Profile

MODELS: Mapping[Kind, type[Achievement] | type[Demand]] = {Kind.ACHIEVEMENT: Achievement, Kind.DEMAND: Demand}
SEEKING = (*OPEN_STATES, State.DRAFT)
OTHER = {Kind.ACHIEVEMENT: Kind.DEMAND, Kind.DEMAND: Kind.ACHIEVEMENT}
TEXTS: Mapping[type[Listing], Sequence[str]] = {
    Achievement: ("title", "summary", "applications", "indicators", "advantages"),
    Demand: ("title", "difficulties", "indicators", "research_content"),
}


def seeking(kind: Kind, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """Those of the listings that look for a partner: open ones, and drafts, whose owner sees what would fit.

    Nobody is proposed a draft, since the index has none. What is secret is matched with nobody.
    """
    rows = MODELS[kind]._default_manager.filter(catalog.OPEN_TO_OTHERS, id__in=ids, state__in=SEEKING)
    return {row.id: row for row in rows}


def body(row: Listing) -> str:
    """What a listing says beside its title."""
    _title, *others = TEXTS[type(row)]
    return "\n".join(part for part in (getattr(row, name) for name in others) if part)


def document(row: Listing) -> str:
    """A listing as the statistics count it."""
    return evaluation.document(Profile(row.title, body(row)))


def profile_of(row: Any, *, signed: int | None = None) -> Profile:
    """An achievement or a demand as values; what it does not have stays unknown to the ranker.

    `signed` is how many deals an achievement's owner has signed (`records.signed_by`).
    """
    common: dict[str, Any] = {
        "title": row.title,
        "text": body(row),
        "technology_field": row.technology_field,
        "industries": tuple(row.industries),
        "local_industry": row.local_industry,
        "region": row.region,
        "published_on": local_date(row.published_at) if row.published_at else None,
    }
    if isinstance(row, Achievement):
        return Profile(
            maturity=row.maturity,
            readiness_level=row.readiness_level,
            amount=row.price,
            ipc_codes=tuple(row.ipc_codes),
            signed=signed,
            **common,
        )
    return Profile(maturity=row.required_maturity, amount=row.budget, **common)


def codes_of(row: Achievement | Demand) -> dict[str, list[str]]:
    """What a partner may share, by facet of the search."""
    return {
        "technology_field": [row.technology_field] if row.technology_field else [],
        "local_industry": [row.local_industry] if row.local_industry else [],
        "industry": list(row.industries),
    }
