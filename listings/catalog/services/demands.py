"""Enterprises say what they need."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from listings.catalog import rules
from listings.catalog.data import DemandData
from listings.catalog.events import ListingChanged
from listings.catalog.models import Demand, State
from listings.catalog.services import moves
from listings.catalog.services.achievements import merged
from market.kernel import audit, outbox
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.problems import InvalidInput


@transaction.atomic
def create_demand(*, actor: Actor, data: DemandData, at: datetime) -> Demand:
    """Write a draft for the actor's organisation; raises InvalidInput with every field that is wrong."""
    owner = moves.owner_of_new(actor, "demands")
    _require_valid(data, at)
    demand = Demand(owner=owner, created_at=at, updated_at=at, **data.model_dump())
    demand.region = demand.region or owner.region
    moves.conclude(demand, actor=actor, action="created", at=at, is_new=True)
    return demand


@transaction.atomic
def update_demand(
    *, actor: Actor, demand_id: UUID, version: int | None, changes: Mapping[str, Any], at: datetime
) -> Demand:
    """Change the named fields; the whole must be valid afterwards. Raises InvalidInput, WrongState."""
    demand = moves.fetch(actor=actor, kind="demand", listing_id=demand_id, verb="update", version=version)
    if not isinstance(demand, Demand):
        raise TypeError(type(demand).__name__)
    moves.require_state(demand, "update")
    data = merged(current_data(demand), changes, DemandData)
    _require_valid(data, at)
    for name, value in data.model_dump().items():
        setattr(demand, name, value)
    moves.conclude(demand, actor=actor, action="updated", at=at, changes={"fields": sorted(changes)})
    return demand


@transaction.atomic
def publish_demand(*, actor: Actor, demand_id: UUID, version: int | None, at: datetime) -> Demand:
    """Ask the market. Raises NotVerified, WrongState."""
    demand = moves.fetch(actor=actor, kind="demand", listing_id=demand_id, verb="publish", version=version)
    if not isinstance(demand, Demand):
        raise TypeError(type(demand).__name__)
    moves.publish_listing(demand, actor=actor, at=at)
    return demand


@transaction.atomic
def import_demands(
    *, actor: Actor, rows: Mapping[str, DemandData], at: datetime, source: str = "import"
) -> Sequence[Demand]:
    """Publish many at once, keyed by their id at `source`; known ids are passed over, an invalid row refuses all."""
    owner = moves.owner_of_new(actor, "demands")
    moves.require_verified(owner)
    errors = [
        error | {"loc": [key, *error["loc"]]}
        for key, data in rows.items()
        for error in rules.demand_errors(data, on=local_date(at))
    ]
    if errors:
        raise InvalidInput(errors=errors[:100])
    known = set(Demand.objects.filter(source_market=source, source_id__in=rows).values_list("source_id", flat=True))
    demands = [
        Demand(
            owner=owner,
            state=State.PUBLISHED,
            published_at=at,
            created_at=at,
            updated_at=at,
            source_market=source,
            source_id=key,
            **(data.model_dump() | {"region": data.region or owner.region}),
        )
        for key, data in rows.items()
        if key not in known
    ]
    Demand.objects.bulk_create(demands)
    if demands:
        audit.record(
            "demand.imported", actor=actor, subject=owner, at=at, changes={"count": len(demands), "source": source}
        )
    outbox.publish_all([ListingChanged(row.id, "demand", row.version) for row in demands], at=at)
    return demands


def current_data(demand: Demand) -> DemandData:
    """The demand as its owner would type it."""
    return DemandData.model_construct(**{name: getattr(demand, name) for name in DemandData.model_fields})


def _require_valid(data: DemandData, at: datetime) -> None:
    if errors := rules.demand_errors(data, on=local_date(at)):
        raise InvalidInput(errors=errors)
