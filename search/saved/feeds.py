"""The private feed of a saved search, as Atom."""

import hashlib
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed

from search.find.results import SNIPPET
from search.index.documents import Document, projection
from search.saved import addresses, readers
from search.saved.models import SavedSearch, SavedSearchHit

MOST = 50


class _Feed(Atom1Feed):
    """Atom that is the same again while nothing changed, also when it is empty."""

    def latest_post_date(self) -> datetime:
        dates = [item["pubdate"] for item in self.items]
        return max(dates, default=self.feed["begun_at"])


def answer(request: HttpRequest, search: SavedSearch, *, base: str, at: datetime) -> HttpResponse:
    """The feed, or that it has not changed since the reader had it."""
    body = _written(search, base=base, at=at)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8", headers={"ETag": tag})
    found = get_conditional_response(request, etag=tag, response=response) or response
    found["Cache-Control"] = "private, no-cache"
    found["Referrer-Policy"] = "no-referrer"
    found["X-Robots-Tag"] = "noindex"
    return found


def _written(search: SavedSearch, *, base: str, at: datetime) -> bytes:
    path = addresses.feed_path(search)
    with translation.override(search.user.language if search.user else None):
        feed = _Feed(
            title=search.name,
            link=f"{base}{addresses.found_path(search)}",
            description="",
            language=translation.get_language(),
            feed_url=f"{base}{path}",
            feed_guid=f"urn:uuid:{search.id}",
            begun_at=search.created_at,
        )
        for hit, document in _entries(search, at=at):
            source = projection(document.kind)
            feed.add_item(
                title=document.title,
                link=f"{base}{reverse(source.url_name, args=[document.id])}" if source else base,
                description=document.text[:SNIPPET],
                pubdate=hit.found_at.astimezone(UTC),
                unique_id=f"urn:uuid:{document.id}",
            )
        return feed.writeString("utf-8").encode()


def _entries(search: SavedSearch, *, at: datetime) -> list[tuple[SavedSearchHit, Document]]:
    """The newest that the owner may still see."""
    reader = readers.readers_of([search], at=at)[search.id]
    hits = list(SavedSearchHit.objects.filter(saved_search=search).order_by("-id")[:MOST])
    documents = readers.documents_of(hits)
    found = [(hit, documents.get((hit.kind, hit.object_id))) for hit in hits]
    return [(hit, document) for hit, document in found if document is not None and reader.sees(document)]
