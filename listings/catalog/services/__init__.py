"""What owners do with their listings, and what deals do to them."""

from listings.catalog.services.achievements import (
    create_achievement,
    publish_achievement,
    update_achievement,
)
from listings.catalog.services.demands import create_demand, publish_demand, update_demand
from listings.catalog.services.expiry import expire_listings
from listings.catalog.services.importing import import_listings, known_keys, row_errors
from listings.catalog.services.moves import restore_listing, suspend_listing, take_down_listing, withdraw_listing
from listings.catalog.services.progress import mark_negotiating, mark_released, mark_transacted

__all__ = [
    "create_achievement",
    "create_demand",
    "expire_listings",
    "import_listings",
    "known_keys",
    "mark_negotiating",
    "mark_released",
    "mark_transacted",
    "publish_achievement",
    "publish_demand",
    "restore_listing",
    "row_errors",
    "suspend_listing",
    "take_down_listing",
    "update_achievement",
    "update_demand",
    "withdraw_listing",
]
