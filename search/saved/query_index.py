"""The anchors of saved searches as rows: whose search may meet a batch is found by an index, however many are kept.

An array with an inverted index was slower than reading every row: its operator looks at each of a batch's thousand keys
for each candidate.
"""

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from search.find.query import SearchQuery
from search.saved import matching, queries
from search.saved.models import SavedSearch, SavedSearchAnchor


def keep(searches: Iterable[tuple[SavedSearch, SearchQuery | None]]) -> None:
    """Store the anchors of new searches; a query that is not understood has none."""
    SavedSearchAnchor.objects.bulk_create(
        [
            SavedSearchAnchor(key=key, saved_search=search)
            for search, query in searches
            if query is not None
            for key in matching.anchors(query)
        ],
        batch_size=10_000,
    )


def sharing(keys: Collection[int], among: QuerySet[SavedSearch]) -> QuerySet[SavedSearch]:
    """Searches that have one of the keys for an anchor; the keys are one value, since a batch has thousands."""
    held = SavedSearchAnchor.objects.filter(key__in=RawSQL("SELECT unnest(%s::bigint[])", [list(keys)]))
    return among.filter(id__in=held.values("saved_search"))


def renew() -> int:
    """After a release that changed the rules or the synonyms, make the stored anchors anew; returns how many."""
    now = matching.rules()
    stale = list(SavedSearch.objects.filter(Q(rules__lt=now) | Q(rules__gt=now)).select_for_update(no_key=True))
    if stale:
        SavedSearchAnchor.objects.filter(saved_search__in=stale).delete()
        keep((search, queries.asked(search)) for search in stale)
        SavedSearch.objects.filter(id__in=[search.id for search in stale]).update(rules=now)
    return len(stale)
