"""Enterprises say what they need."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from listings.catalog import rules
from listings.catalog.data import DemandData
from listings.catalog.models import Demand
from listings.catalog.services import moves
from listings.catalog.services.achievements import merged
from market.kernel.actor import Actor
from market.kernel.clock import local_date
from market.kernel.problems import InvalidInput
from market.kernel.questions import about_amount, require_confirmed


@transaction.atomic
def create_demand(*, actor: Actor, data: DemandData, at: datetime) -> Demand:
    """Write a draft for the actor's organisation; raises InvalidInput with every field that is wrong."""
    owner = moves.owner_of_new(actor, "demands")
    _require_valid(data, at)
    demand = Demand(owner=owner, created_at=at, updated_at=at, **data.model_dump())
    demand.region = demand.region or owner.region
    moves.save_listing(demand, actor=actor, action="created", at=at)
    return demand


@transaction.atomic
def update_demand(
    *,
    actor: Actor,
    demand_id: UUID,
    version: int | None,
    changes: Mapping[str, Any],
    at: datetime,
    confirmed: Collection[str] = (),
) -> Demand:
    """Change the named fields; the whole must be valid afterwards.

    Raises InvalidInput, WrongState, and ConfirmationNeeded for an amount ten thousand times off the one before.
    """
    demand = moves.fetch(actor=actor, kind="demand", listing_id=demand_id, verb="update", version=version)
    if not isinstance(demand, Demand):
        raise TypeError(type(demand).__name__)
    moves.require_state(demand, "update")
    data = merged(current_data(demand), changes, DemandData)
    _require_valid(data, at)
    require_confirmed(confirmed, about_amount(data.budget, {_("原预期投入"): demand.budget}))
    for name, value in data.model_dump().items():
        setattr(demand, name, value)
    moves.save_listing(demand, actor=actor, action="updated", at=at, changes={"fields": sorted(changes)})
    return demand


@transaction.atomic
def publish_demand(*, actor: Actor, demand_id: UUID, version: int | None, at: datetime) -> Demand:
    """Ask the market. Raises NotVerified, WrongState."""
    demand = moves.fetch(actor=actor, kind="demand", listing_id=demand_id, verb="publish", version=version)
    if not isinstance(demand, Demand):
        raise TypeError(type(demand).__name__)
    moves.publish_listing(demand, actor=actor, at=at)
    return demand


def current_data(demand: Demand) -> DemandData:
    """The demand as its owner would type it."""
    return DemandData.model_construct(**{name: getattr(demand, name) for name in DemandData.model_fields})


def _require_valid(data: DemandData, at: datetime) -> None:
    if errors := rules.demand_errors(data, on=local_date(at)):
        raise InvalidInput(errors=errors)
