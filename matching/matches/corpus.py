"""How rare words are among the listings: counted when enough have changed, kept in the database, read by workers."""

from datetime import datetime
from functools import lru_cache

from django.db import transaction

from listings.catalog import policy as catalog
from listings.catalog.kinds import ACHIEVEMENT, DEMAND
from listings.catalog.models import SHOWN_STATES
from matching.matches import listing_adapter
from matching.matches.models import CorpusStatistics
from matching.scoring.statistics import Statistics

COUNTED = (ACHIEVEMENT, DEMAND)
CHUNK = 2000
LEAST = 1000
STALE = 0.05  # of the counted listings; so few that come or go move no weight that a score would show


def statistics(*, at: datetime) -> Statistics:
    """As counted last; counted now where they never were."""
    newest = CorpusStatistics.objects.order_by("-id").values_list("id", flat=True).first()
    return _kept(newest) if newest is not None else recount(at=at)


def refresh(*, at: datetime) -> None:
    """Count anew where more than a few in a hundred of the listings have changed since."""
    newest = CorpusStatistics.objects.order_by("-id").only("documents", "counted_at").first()
    if newest is None or _changed_since(newest.counted_at) > STALE * newest.documents:
        recount(at=at)


def _changed_since(at: datetime) -> int:
    return sum(kind.model._default_manager.filter(updated_at__gte=at).count() for kind in COUNTED)


def recount(*, at: datetime) -> Statistics:
    """Count all listings on show anew, one after another, so that memory stays flat."""
    found = Statistics()
    for kind in COUNTED:
        shown = kind.model._default_manager.filter(catalog.OPEN_TO_OTHERS, state__in=SHOWN_STATES)
        for row in shown.only("title", *listing_adapter.texts(kind)).iterator(chunk_size=CHUNK):
            found.add(listing_adapter.document(row))
    if 0 < found.documents < LEAST:
        # A young market has too few listings to tell which words are common: they count as so many of a thousand.
        found.documents, found.tokens = LEAST, round(found.mean_length * LEAST)
    with transaction.atomic():
        kept = CorpusStatistics.objects.create(content=found.to_bytes(), documents=found.documents, counted_at=at)
        CorpusStatistics.objects.filter(id__lt=kept.id).delete()
    return found


@lru_cache(maxsize=1)
def _kept(statistics_id: int) -> Statistics:
    row = CorpusStatistics.objects.get(pk=statistics_id)
    return Statistics.from_bytes(bytes(row.content))
