"""Listings as the wire has them: plain values, built without validation, which costs lists the most.

A test compares them with the documented schemas.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.http import HttpResponse

from listings.catalog import policy
from listings.catalog.models import Achievement, Demand, Patent
from market.kernel.actor import Actor

ACHIEVEMENT_ROW = (
    "id",
    "title",
    "keywords",
    "technology_field",
    "local_industry",
    "region",
    "maturity",
    "ip_type",
    "transfer_modes",
    "price",
    "state",
    "published_at",
    "version",
    "owner_id",
    "owner__name",
)
ACHIEVEMENT_REST = (
    "industries",
    "disclosure",
    "summary",
    "applications",
    "indicators",
    "advantages",
    "requirements",
    "ipc_codes",
    "readiness_level",
    "pricing",
    "attribute",
    "form",
    "level",
    "category",
    "application_state",
    "completed_by",
    "contributors",
    "research_started_on",
    "research_ended_on",
    "expires_on",
)
DEMAND_ROW = (
    "id",
    "title",
    "keywords",
    "technology_field",
    "local_industry",
    "region",
    "budget",
    "wanted_by_on",
    "state",
    "published_at",
    "version",
)
DEMAND_REST = (
    "industries",
    "disclosure",
    "difficulties",
    "indicators",
    "research_content",
    "current_state",
    "source",
    "required_maturity",
    "short_cooperation",
    "long_cooperation",
    "intended_experts",
    "is_anonymous",
    "expires_on",
)
PATENT = (
    "application_no",
    "publication_no",
    "patent_type",
    "title",
    "applicant",
    "patentee",
    "filed_on",
    "granted_on",
    "expires_on",
    "legal_status",
)


def page(items: Sequence[dict[str, Any]], cursor: str | None) -> HttpResponse:
    """A page of a list as JSON."""
    return HttpResponse(orjson.dumps({"items": items, "next": cursor}), content_type="application/json; charset=utf-8")


def achievement_row(values: dict[str, Any]) -> dict[str, Any]:
    """A row of `.values(*ACHIEVEMENT_ROW)`, changed in place."""
    values["owner"] = {"id": values.pop("owner_id"), "name": values.pop("owner__name")}
    if values["price"] is not None:
        values["price"] = str(values["price"])
    return values


def achievement(row: Achievement, actor: Actor, patents: Sequence[Patent]) -> dict[str, Any]:
    names = [name for name in (*ACHIEVEMENT_ROW, *ACHIEVEMENT_REST) if not name.startswith("owner")]
    return (
        _values(row, names)
        | _contacts(row, actor)
        | {
            "owner": {"id": row.owner_id, "name": row.owner.name},
            "price": None if row.price is None else str(row.price),
            "patents": [_values(patent, PATENT) for patent in patents],
            "allowed": policy.allowed(actor, row),
        }
    )


def demand_row(row: Demand, actor: Actor) -> dict[str, Any]:
    return _values(row, DEMAND_ROW) | _owner(row, actor) | {"budget": None if row.budget is None else str(row.budget)}


def demand(row: Demand, actor: Actor) -> dict[str, Any]:
    return (
        demand_row(row, actor)
        | _values(row, DEMAND_REST)
        | _contacts(row, actor)
        | {"allowed": policy.allowed(actor, row)}
    )


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _owner(row: Demand, actor: Actor) -> dict[str, Any]:
    return {"owner": {"id": row.owner_id, "name": row.owner.name} if policy.sees_owner(actor, row) else None}


def _contacts(row: Achievement | Demand, actor: Actor) -> dict[str, str]:
    """Contacts name the owner, so an anonymous demand shows none of them."""
    is_shown = policy.sees_contacts(actor, row, row.owner_id)
    if isinstance(row, Demand):
        is_shown = is_shown and policy.sees_owner(actor, row)
    return {
        "contact_name": row.contact_name if is_shown else "",
        "contact_phone": row.contact_phone if is_shown else "",
    }
