"""Daily and weekly digests: at eight in the morning in Asia/Shanghai, weekly ones on Monday.

What was found until the last such hour is told, once a slot. So a second run finds nothing to do, and a run that
comes late, after an outage, makes up for the one that was missed.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from market.kernel.clock import RUIJIN
from search.saved import notifications
from search.saved.models import Cadence, SavedSearch, SavedSearchHit

HOUR = 8
MONDAY = 0
BATCH = 200


def tell_due(*, at: datetime) -> int:
    """Tell whoever is due; each batch in a transaction of its own. Returns how many searches were told of."""
    until = {cadence: slot(cadence, at) for cadence in (Cadence.DAILY, Cadence.WEEKLY, Cadence.AT_ONCE)}
    return sum(notifications.tell(ids, until=until, at=at) for ids in _batches(until))


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


def _batches(until: Mapping[Cadence, datetime]) -> Iterator[list[UUID]]:
    """Searches that have something to tell, all of a person together, none twice; another run may hold some."""
    is_due = Q()
    for cadence, moment in until.items():
        untold = SavedSearchHit.objects.filter(
            saved_search=OuterRef("pk"),
            told_at__isnull=True,
            found_at__lte=moment,
            found_at__gte=OuterRef("tells_since"),
        )
        own = Q(Exists(untold), cadence=cadence)
        if cadence != Cadence.AT_ONCE:
            own &= Q(last_told_at__isnull=True) | Q(last_told_at__lt=moment)
        is_due |= own
    due = SavedSearch.objects.filter(is_due, user__isnull=False)
    after: UUID | None = None
    while True:
        rest = due if after is None else due.filter(user__gt=after)
        people = list(rest.order_by("user").values_list("user", flat=True).distinct()[:BATCH])
        if not people:
            return
        yield list(rest.filter(user__in=people).values_list("id", flat=True))
        after = people[-1]
