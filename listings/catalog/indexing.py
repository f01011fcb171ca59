"""Listings as search documents: what of them is searched, by whom it may be found, and what it is cut by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from listings.catalog import policy
from listings.catalog.events import ListingChanged
from listings.catalog.models import OPEN_STATES, SHOWN_STATES, Achievement, Demand, Patent
from market.reference.identifiers.ipc import ipc_levels
from market.reference.identifiers.patents import number_forms
from search.index import consumers, documents, facets
from search.index.documents import Document, Projection
from search.saved import alerts

# Plain values: model instances would take more than twice as long.
LISTING = (
    *("id", "version", "title", "state", "disclosure", "keywords", "technology_field", "local_industry", "industries"),
    *("region", "owner_id", "owner__kind", "owner__name", "published_at", "created_at"),
)
ACHIEVEMENT = (
    *("summary", "applications", "indicators", "advantages"),
    *("ipc_codes", "maturity", "ip_type", "transfer_modes", "price", "completed_by", "contributors"),
)
DEMAND = ("difficulties", "indicators", "research_content", "required_maturity", "budget", "is_anonymous")


def achievement_documents(ids: Sequence[UUID]) -> Mapping[UUID, Document]:
    """Achievements on show by id; the others are left out."""
    patents: dict[UUID, list[Any]] = defaultdict(list)
    columns = ("achievement_id", "application_no", "publication_no", "applicant", "patentee")
    for patent in Patent.objects.filter(achievement__in=ids).order_by("id").values_list(*columns, named=True):
        patents[patent.achievement_id].append(patent)
    rows = _shown(Achievement).filter(id__in=ids).values_list(*LISTING, *ACHIEVEMENT, named=True)
    return {row.id: _achievement(row, patents[row.id]) for row in rows}


def demand_documents(ids: Sequence[UUID]) -> Mapping[UUID, Document]:
    rows = _shown(Demand).filter(id__in=ids).values_list(*LISTING, *DEMAND, named=True)
    return {row.id: _demand(row) for row in rows}


def _achievement(row: Any, patents: Sequence[Any]) -> Document:
    text = [row.summary, row.applications, row.indicators, row.advantages, "、".join(row.keywords)]
    holders = [name for patent in patents for name in (patent.applicant, patent.patentee)]
    names = [row.owner__name, row.completed_by, *row.contributors, *holders]
    codes = list(dict.fromkeys(form for code in row.ipc_codes for form in ipc_levels(code)))
    numbers = [form for patent in patents for form in number_forms(patent.application_no, patent.publication_no)]
    return Document(
        kind="achievement",
        id=row.id,
        version=row.version,
        title=row.title,
        text="\n".join(part for part in text if part),
        audience=policy.audience(row, row.owner_id),
        published_at=row.published_at or row.created_at,
        owner=str(row.owner_id),
        is_open=row.state in OPEN_STATES,
        identifiers=[*numbers, *(code for code in codes if code[0].isalpha())],
        names=list(dict.fromkeys(name for name in names if name)),
        codes=codes,
        facets=_facets(row, row.price)
        | {
            "ipc": facets.with_ancestors("ipc", (code.split("/")[0][:4] for code in row.ipc_codes)),
            "maturity": [row.maturity] if row.maturity else [],
            "ip_type": [row.ip_type] if row.ip_type else [],
            "transfer_mode": list(row.transfer_modes),
        },
        amount=row.price,
    )


def _demand(row: Any) -> Document:
    text = [row.difficulties, row.indicators, row.research_content, "、".join(row.keywords)]
    return Document(
        kind="demand",
        id=row.id,
        version=row.version,
        title=row.title,
        text="\n".join(part for part in text if part),
        audience=policy.audience(row, row.owner_id),
        published_at=row.published_at or row.created_at,
        owner=str(row.owner_id),
        is_open=row.state in OPEN_STATES,
        # Whoever finds a listing by a name knows the name: what its readers are not told is not in the document.
        names=[] if row.is_anonymous else [row.owner__name],
        facets=_facets(row, row.budget) | {"maturity": [row.required_maturity] if row.required_maturity else []},
        amount=row.budget,
    )


def _facets(row: Any, amount: Decimal | None) -> dict[str, list[str]]:
    return {
        "technology_field": [row.technology_field] if row.technology_field else [],
        "local_industry": [row.local_industry] if row.local_industry else [],
        "industry": facets.with_ancestors("industry", row.industries),
        "region": facets.with_ancestors("region", [row.region] if row.region else []),
        "owner_kind": [row.owner__kind],
        "price_band": [facets.price_band(amount)],
    }


def _shown(model: type[Achievement] | type[Demand]) -> QuerySet[Any]:
    return model._default_manager.filter(state__in=SHOWN_STATES)


def _versions(model: type[Achievement] | type[Demand], after: UUID | None, most: int) -> Sequence[tuple[UUID, int]]:
    rows = _shown(model) if after is None else _shown(model).filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", "version")[:most])


ACHIEVEMENTS = Projection(
    kind="achievement",
    scope="achievements",
    load=achievement_documents,
    versions=partial(_versions, Achievement),
    count=lambda: _shown(Achievement).count(),
    url_name="catalog:achievement",
)
DEMANDS = Projection(
    kind="demand",
    scope="demands",
    load=demand_documents,
    versions=partial(_versions, Demand),
    count=lambda: _shown(Demand).count(),
    url_name="catalog:demand",
)
for projection in (ACHIEVEMENTS, DEMANDS):
    documents.register(projection)
consumers.subscribe([ListingChanged.topic])
alerts.subscribe([ListingChanged.topic])
