"""Telling owners what was found: in the inbox and by e-mail, in one letter each, with each listing once.

A hit is marked as told in the transaction that writes the notice, so a crash in between loses and doubles nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from market.kernel.marks import labelled
from market.notices.models import Words
from market.notices.services import OutgoingNotice, in_every_language, send_notices
from search.index.documents import Document, label
from search.saved import addresses, readers
from search.saved.models import Cadence, SavedSearch, SavedSearchHit

KIND = "saved_search"
MOST_LISTED = 20
LONGEST_TITLE = 60

Found = tuple[SavedSearch, Sequence[Document]]


@transaction.atomic
def tell(search_ids: Collection[UUID], *, until: Mapping[Cadence, datetime], at: datetime) -> int:
    """Tell each owner what was found until the moment of its cadence and not told yet; returns how many searches.

    What vanished meanwhile, or is hidden from the owner now, is forgotten. People whom somebody else is telling at
    this moment are left to them, so that nobody gets two letters of one occasion.
    """
    if not search_ids:
        return 0
    rows = SavedSearch.objects.filter(pk__in=search_ids, user__isnull=False, cadence__in=until)
    free = rows.select_related("user").select_for_update(of=("self", "user"), no_key=True, skip_locked=True)
    searches = list(free.order_by("id"))
    hits = list(_untold(until).filter(saved_search__in=searches).order_by("-id"))
    documents, seeing = readers.documents_of(hits), readers.readers_of(searches, at=at)
    shown: dict[UUID, list[Document]] = defaultdict(list)
    gone: list[int] = []
    for hit in hits:
        document = documents.get((hit.kind, hit.object_id))
        if document is not None and seeing[hit.saved_search_id].sees(document):
            shown[hit.saved_search_id].append(document)
        else:
            gone.append(hit.id)
    SavedSearchHit.objects.filter(id__in=gone).delete()
    SavedSearchHit.objects.filter(id__in={hit.id for hit in hits} - set(gone)).update(told_at=at)
    SavedSearch.objects.filter(id__in=shown).update(last_told_at=at)
    found: dict[UUID, list[Found]] = defaultdict(list)
    for search in searches:
        if search.id in shown and search.user is not None:
            found[search.user.id].append((search, shown[search.id]))
    send_notices([_letter(theirs, at=at) for theirs in found.values()], at=at)
    return len(shown)


def _untold(until: Mapping[Cadence, datetime]) -> QuerySet[SavedSearchHit]:
    is_due = Q()
    for cadence, moment in until.items():
        is_due |= Q(saved_search__cadence=cadence, found_at__lte=moment)
    return SavedSearchHit.objects.filter(is_due, told_at__isnull=True, found_at__gte=F("saved_search__tells_since"))


def _letter(found: Sequence[Found], *, at: datetime) -> OutgoingNotice:
    """One person's letter of one search or of several; each search can be ended by itself, or all by one click."""
    (search, documents), *others = found
    if search.user is None:
        raise ValueError("a key has no inbox")
    if not others:
        return OutgoingNotice(
            user_id=search.user.id,
            kind=KIND,
            words=in_every_language(lambda: _of_one(search, documents)),
            url=addresses.found_path(search),
            unsubscribe_url=addresses.unsubscribe_path(search),
        )
    return OutgoingNotice(
        user_id=search.user.id,
        kind=KIND,
        words=in_every_language(lambda: _of_several(found)),
        url=reverse("saved:index"),
        unsubscribe_url=addresses.letter_path(search.user.id, at),
        unsubscribe_links=[(search.name, addresses.unsubscribe_path(search)) for search, _documents in found],
    )


def _of_one(search: SavedSearch, documents: Sequence[Document]) -> Words:
    lines = [*map(_line, documents[:MOST_LISTED]), *_rest(len(documents))]
    return Words(_heading(search, documents), "\n".join(lines))


def _of_several(found: Sequence[Found]) -> Words:
    count = len({_key(document) for _search, theirs in found for document in theirs})
    title = _("%(searches)s 个搜索共有 %(count)s 条新结果") % {"searches": len(found), "count": count}
    return Words(title, _sections(found, count))


def _sections(found: Sequence[Found], count: int) -> str:
    """Each search by name with its listings; one that several found stands with the first of them."""
    lines: list[str] = []
    listed: set[readers.Listing] = set()
    for search, documents in found:
        lines.append(_heading(search, documents))
        fresh = [document for document in documents if _key(document) not in listed]
        fresh = fresh[: MOST_LISTED - len(listed)]
        listed |= {_key(document) for document in fresh}
        lines += map(_line, fresh)
    return "\n".join([*lines, *_rest(count)])


def _heading(search: SavedSearch, documents: Sequence[Document]) -> str:
    return _("“%(name)s”有 %(count)s 条新结果") % {"name": search.name, "count": len(documents)}


def _key(document: Document) -> readers.Listing:
    return document.kind, document.id


def _line(document: Document) -> str:
    return labelled(label(document.kind), Truncator(document.title).chars(LONGEST_TITLE))


def _rest(count: int) -> list[str]:
    """What a letter says where it does not list everything."""
    if count <= MOST_LISTED:
        return []
    return [_("此处列出 %(most)s 条，共 %(count)s 条。") % {"most": MOST_LISTED, "count": count}]
