"""Daily and weekly digests: at eight in the morning in Asia/Shanghai, weekly ones on Monday.

What was found until the last such hour is told, once a slot. So a second run finds nothing to do, and a run that
comes late, after an outage, makes up for the one that was missed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from market.kernel.clock import RUIJIN
from search.saved import telling
from search.saved.models import Cadence, SavedSearch, SavedSearchHit

HOUR = 8
MONDAY = 0
BATCH = 200


def tell_due(*, at: datetime) -> int:
    """Tell whoever is due; each batch in a transaction of its own. Returns how many searches were told of."""
    told = 0
    for cadence in (Cadence.DAILY, Cadence.WEEKLY, Cadence.AT_ONCE):
        until = slot(cadence, at)
        for ids in _batches(cadence, until):
            told += telling.tell(ids, found_until=until, at=at)
    return told


def slot(cadence: Cadence, at: datetime) -> datetime:
    """The last hour of telling, which may be `at` itself; those to be told at once are due at any time."""
    if cadence == Cadence.AT_ONCE:
        return at
    local = at.astimezone(RUIJIN)
    found = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if found > local:
        found -= timedelta(days=1)
    if cadence == Cadence.WEEKLY:
        found -= timedelta(days=(found.weekday() - MONDAY) % 7)
    return found


def _batches(cadence: Cadence, until: datetime) -> Iterator[list[UUID]]:
    """Searches that have something to tell, none twice, though a batch may find some held by another run."""
    untold = SavedSearchHit.objects.filter(
        saved_search=OuterRef("pk"),
        told_at__isnull=True,
        found_at__lte=until,
        found_at__gte=OuterRef("tells_since"),
    )
    due = SavedSearch.objects.filter(Exists(untold), cadence=cadence).order_by("id")
    if cadence != Cadence.AT_ONCE:
        due = due.filter(Q(last_told_at__isnull=True) | Q(last_told_at__lt=until))
    after: UUID | None = None
    while True:
        rows = due if after is None else due.filter(id__gt=after)
        ids = list(rows.values_list("id", flat=True)[:BATCH])
        if not ids:
            return
        yield ids
        after = ids[-1]
