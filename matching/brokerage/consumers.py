"""A deal makes its listings busy; when it is lost, those that no other deal holds are free again."""

from listings.catalog import services as catalog
from market.kernel import clock
from market.kernel.outbox import Envelope
from matching.brokerage.events import DealLost, DealOpened


def hold_listings(envelope: Envelope[DealOpened]) -> None:
    deal = envelope.event
    catalog.mark_negotiating(achievement_id=deal.achievement_id, demand_id=deal.demand_id, at=clock.now())


def release_listings(envelope: Envelope[DealLost]) -> None:
    deal = envelope.event
    catalog.mark_released(achievement_id=deal.achievement_id, demand_id=deal.demand_id, at=clock.now())
