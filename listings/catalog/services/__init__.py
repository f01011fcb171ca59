"""What owners do with their listings, and what deals do to them."""

from listings.catalog.services.expiry import expire_listings
from listings.catalog.services.importing import import_listings, known_keys, require_importer, row_errors
from listings.catalog.services.moves import restore_listing, suspend_listing, take_down_listing, withdraw_listing
from listings.catalog.services.named import (
    create_achievement,
    create_demand,
    publish_achievement,
    publish_demand,
)
from listings.catalog.services.progress import mark_negotiating, mark_released, mark_transacted
from listings.catalog.services.writing import create_listing, publish_listing, update_listing

__all__ = [
    "create_achievement",
    "create_demand",
    "create_listing",
    "expire_listings",
    "import_listings",
    "known_keys",
    "mark_negotiating",
    "mark_released",
    "mark_transacted",
    "publish_achievement",
    "publish_demand",
    "publish_listing",
    "require_importer",
    "restore_listing",
    "row_errors",
    "suspend_listing",
    "take_down_listing",
    "update_listing",
    "withdraw_listing",
]
