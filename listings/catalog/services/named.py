"""The verbs of `writing` by a kind's own name, for callers that know which kind they mean."""

from datetime import datetime
from uuid import UUID

from listings.catalog.data import ListingData
from listings.catalog.kinds import ACHIEVEMENT, DEMAND
from listings.catalog.models import Achievement, Demand
from listings.catalog.services.writing import create_listing, publish_listing
from market.kernel.actor import Actor


def create_achievement(*, actor: Actor, data: ListingData, at: datetime) -> Achievement:
    return create_listing(actor=actor, kind=ACHIEVEMENT.code, data=data, at=at)


def publish_achievement(*, actor: Actor, achievement_id: UUID, version: int | None, at: datetime) -> Achievement:
    return publish_listing(actor=actor, kind=ACHIEVEMENT.code, listing_id=achievement_id, version=version, at=at)


def create_demand(*, actor: Actor, data: ListingData, at: datetime) -> Demand:
    return create_listing(actor=actor, kind=DEMAND.code, data=data, at=at)


def publish_demand(*, actor: Actor, demand_id: UUID, version: int | None, at: datetime) -> Demand:
    return publish_listing(actor=actor, kind=DEMAND.code, listing_id=demand_id, version=version, at=at)
