"""Telling owners what was found: in the inbox and by e-mail, each listing once.

A hit is marked as told in the transaction that writes the notice, so a crash in between loses and doubles nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from market.notices.services import Letter, send_letters
from search.documents import Document
from search.saved import addresses, readers
from search.saved.models import Cadence, SavedSearch, SavedSearchHit

KIND = "saved_search"
MOST_LISTED = 20
LONGEST_TITLE = 60


@transaction.atomic
def tell(search_ids: Collection[UUID], *, found_until: datetime, at: datetime) -> int:
    """Tell each owner what was found until then and not told yet; returns how many were told.

    What vanished meanwhile, or is hidden from the owner now, is forgotten. A search that somebody else is telling
    of at this moment is left to them.
    """
    if not search_ids:
        return 0
    rows = SavedSearch.objects.filter(pk__in=search_ids, user__isnull=False).exclude(cadence=Cadence.NONE)
    free = rows.select_related("user").select_for_update(of=("self",), no_key=True, skip_locked=True)
    searches = list(free.order_by("id"))
    hits = list(_untold(found_until).filter(saved_search__in=searches).order_by("-id"))
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
    send_letters([_letter(search, shown[search.id]) for search in searches if search.id in shown], at=at)
    return len(shown)


def _untold(found_until: datetime) -> QuerySet[SavedSearchHit]:
    return SavedSearchHit.objects.filter(
        told_at__isnull=True, found_at__lte=found_until, found_at__gte=F("saved_search__tells_since")
    )


def _letter(search: SavedSearch, documents: Sequence[Document]) -> Letter:
    if search.user is None:
        raise ValueError("a key has no inbox")
    with translation.override(search.user.language):
        return Letter(
            user_id=search.user.id,
            kind=KIND,
            title=_("“%(name)s”有 %(count)s 条新结果") % {"name": search.name, "count": len(documents)},
            body=_listed(documents),
            url=addresses.found_path(search),
            unsubscribe_url=addresses.unsubscribe_path(search),
        )


def _listed(documents: Sequence[Document]) -> str:
    kinds = {"achievement": _("科技成果"), "demand": _("技术需求")}
    lines = [
        f"{kinds.get(document.kind, document.kind)}：{Truncator(document.title).chars(LONGEST_TITLE)}"
        for document in documents[:MOST_LISTED]
    ]
    if len(documents) > MOST_LISTED:
        lines.append(_("此处列出最新 %(most)s 条，共 %(count)s 条。") % {"most": MOST_LISTED, "count": len(documents)})
    return "\n".join(lines)
