"""From the outbox: which saved searches new listings meet, all in one question for each batch.

The batch's tokens are looked up among the anchors of all saved searches; those few that share one are then read
exactly, and their owners asked whether they may see the listing. No engine takes part, so none can be away.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Min, QuerySet, TextField
from django.db.models.functions import Cast

from market.kernel import clock, deliveries, outbox
from market.kernel.models import Delivery, OutboxEvent
from market.kernel.problems import Problem
from search.index import indexing
from search.index.documents import Document
from search.index.events import ListingEvent
from search.saved import matching, notifications, queries, query_index, readers
from search.saved.events import SearchKept
from search.saved.matching import Reading, Wanted
from search.saved.models import Cadence, SavedSearch, SavedSearchHit

# What is older is no news, whoever edits it; hits are kept for longer, so none is told again once it was pruned.
NEWS = timedelta(days=90)
KEPT = timedelta(days=180)
GATHERED = timedelta(minutes=5)
CONSUMER = "search.alerts"
# So many listings of a batch are read by each search that may meet one; of more, its rarest words choose.
FEW = 16
# So many changes of listings at most are gone through for what was published before a search was saved.
MOST_RECENT = 2000


def follow(envelopes: Sequence[outbox.Envelope[Any]]) -> Mapping[int, outbox.Failure]:
    """Note what the changed listings meet, and tell at once whoever wants to know at once."""
    kept = [envelope.event.search_id for envelope in envelopes if isinstance(envelope.event, SearchKept)]
    at = clock.now()
    if SavedSearch.objects.exists():
        documents = _documents([envelope for envelope in envelopes if isinstance(envelope.event, ListingEvent)])
        announce(documents, at=at, is_more_to_come=_is_more_to_come(envelopes, at=at))
    if kept:
        catch_up(kept, at=at)
    return {}


def catch_up(search_ids: Collection[UUID], *, at: datetime) -> int:
    """Ask searches of what was published between the sight of their results and their being saved.

    Whatever was announced before a search was there has its event committed by now; the rest is announced anyway.
    """
    searches = SavedSearch.objects.filter(id__in=search_ids)
    since = searches.aggregate(since=Min("seen_at"))["since"]
    reader = outbox.consumer(CONSUMER)
    if since is None or reader is None:
        return 0
    events = OutboxEvent.objects.filter(topic__in=reader.events.keys() - {SearchKept.topic}).order_by("-id")[
        :MOST_RECENT
    ]
    documents = _documents([deliveries.envelope(reader, event) for event in events if event.recorded_at >= since])
    return announce(documents, at=at, among=searches)


def _documents(envelopes: Sequence[outbox.Envelope[ListingEvent]]) -> list[Document]:
    changes = indexing.load(indexing.wanted_of(envelopes))
    return [change.document for change in changes if change.document is not None]


def _is_more_to_come(envelopes: Sequence[outbox.Envelope[Any]], *, at: datetime) -> bool:
    """Whether other events wait for this consumer now: an import of thousands comes in many batches."""
    waiting = Delivery.objects.filter(consumer=CONSUMER, dead_at__isnull=True, available_at__lte=at)
    return waiting.exclude(event_id__in=[envelope.id for envelope in envelopes]).exists()


@transaction.atomic
def announce(
    documents: Iterable[Document],
    *,
    at: datetime,
    among: QuerySet[SavedSearch] | None = None,
    is_more_to_come: bool = False,
) -> int:
    """Note each saved search that one of the listings meets for the first time; returns how many notes were due.

    A listing counts for searches that were saved, or whose results were seen, before its first publication; `among`
    names the searches that are asked, all where it is none. Where more is to come, the last batch tells of all, so
    that an import is one letter and not one for each batch; nobody waits longer than GATHERED for it.
    """
    query_index.renew()
    news = [Reading(document) for document in documents if at - document.published_at <= NEWS]
    if not news:
        _tell_waiting(is_more_to_come, at=at)
        return 0
    # The clock of whoever published may be ahead of ours; nothing is found before it is there.
    at = max(at, *(reading.document.published_at for reading in news))
    pairs = _met(news, SavedSearch.objects.all() if among is None else among, at=at)
    SavedSearchHit.objects.bulk_create(
        [
            SavedSearchHit(saved_search=search, kind=document.kind, object_id=document.id, found_at=at)
            for search, document in pairs
        ],
        ignore_conflicts=True,
    )
    _tell_waiting(is_more_to_come, at=at)
    return len(pairs)


def _tell_waiting(is_more_to_come: bool, *, at: datetime) -> None:
    """Tell those who are told at once of everything that waits for them."""
    prompt = SavedSearch.objects.filter(cadence=Cadence.AT_ONCE, user__isnull=False)
    untold = SavedSearchHit.objects.filter(saved_search__in=prompt, told_at__isnull=True)
    if is_more_to_come and not untold.filter(found_at__lte=at - GATHERED).exists():
        return
    waiting = untold.filter(found_at__gte=F("saved_search__tells_since")).values_list("saved_search_id", flat=True)
    notifications.tell(set(waiting.distinct()), until={Cadence.AT_ONCE: at}, at=at)


def _met(news: Sequence[Reading], among: QuerySet[SavedSearch], *, at: datetime) -> list[tuple[SavedSearch, Document]]:
    by_key: dict[int, list[Reading]] = defaultdict(list)
    for reading in news:
        for key in reading.keys:
            by_key[key].append(reading)
    sharing = query_index.sharing(by_key, among).annotate(asked=Cast("query", TextField()))
    answers: dict[str, list[Document]] = {}  # what many people ask is answered once
    found: dict[UUID, list[Document]] = {}
    for search_id, asked in sharing.values_list("id", "asked"):
        if asked not in answers:
            answers[asked] = _answer(_wanted(asked), news, by_key, at=at)
        if answers[asked]:
            found[search_id] = answers[asked]
    met = [
        (search, document)
        for search in SavedSearch.objects.filter(id__in=found).order_by("id")
        for document in found[search.id]
        if (search.seen_at or search.created_at) <= document.published_at
    ]
    seeing = readers.readers_of({search.id: search for search, _document in met}.values(), at=at)
    shown = [(search, document) for search, document in met if seeing[search.id].sees(document)]
    return sorted(shown, key=lambda pair: (pair[1].published_at, pair[1].id))


@lru_cache(maxsize=20_000)
def _wanted(asked: str) -> Wanted | None:
    """A stored query, read once for all batches of the process; None where it is not understood any more."""
    try:
        return Wanted(queries.read(json.loads(asked)))
    except Problem:  # `query_index.renew` tells of it, once for each release
        return None


def _answer(
    wanted: Wanted | None, news: Sequence[Reading], by_key: Mapping[int, list[Reading]], *, at: datetime
) -> list[Document]:
    """What a search would find in the batch; of many listings, those that share with it what is rare in the batch."""
    if wanted is None:
        return []
    if len(news) > FEW:
        keys = matching.anchors_of(wanted, lambda name: len(by_key.get(matching.key(name), ())))
        news = list({reading.document.id: reading for key in keys for reading in by_key.get(key, ())}.values())
    return [reading.document for reading in news if matching.meets(wanted, reading, at=at)]


def prune(*, at: datetime) -> int:
    """Forget what was found half a year ago; returns how many."""
    return SavedSearchHit.objects.filter(found_at__lt=at - KEPT).delete()[0]
