"""The kinds of listing: a kind that stands in KINDS is accepted, listed, shown, found, matched and exchanged."""

from collections.abc import Mapping

from listings.catalog.kinds.achievement import ACHIEVEMENT
from listings.catalog.kinds.base import Kind
from listings.catalog.kinds.demand import DEMAND
from listings.catalog.models import Listing
from market.kernel.problems import NotFound

__all__ = ["ACHIEVEMENT", "DEMAND", "KINDS", "Kind", "kind_named", "kind_of"]

KINDS: Mapping[str, Kind] = {kind.code: kind for kind in (ACHIEVEMENT, DEMAND)}


def kind_named(code: str) -> Kind:
    """Raises NotFound."""
    if code not in KINDS:
        raise NotFound
    return KINDS[code]


def kind_of(row: Listing) -> Kind:
    """The kind of a row."""
    return next(kind for kind in KINDS.values() if isinstance(row, kind.model))
