"""Keeping a search, and how soon one is told of what it finds."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from market.accounts.models import ApiKey, User
from market.kernel import audit, outbox
from market.kernel.actor import SYSTEM, Actor
from market.kernel.problems import InvalidInput, NotAllowed, NotSignedIn
from search.find.query import SearchQuery, visible
from search.saved import addresses, matching, policy, queries, query_index
from search.saved.events import SearchKept
from search.saved.models import Cadence, SavedSearch
from search.saved.problems import NoInbox, QueryNotUnderstood, TooManySavedSearches

MOST = 100
LONGEST_NAME = 80
# A page of results that was left open for longer tells nothing about what its reader knows.
LONGEST_LOOK = timedelta(days=1)
# What was published only just before the page was made may not have been found yet; twice is better than never.
NOT_FOUND_YET = timedelta(seconds=10)


@transaction.atomic
def save_search(
    *, actor: Actor, name: str, query: SearchQuery, cadence: str, at: datetime, seen_at: datetime | None = None
) -> SavedSearch:
    """Have a query asked of every listing that is published from now on, or since its results were seen.

    A person asks for the organisation acted for now. Raises NotSignedIn, NoInbox, QueryNotUnderstood,
    TooManySavedSearches, InvalidInput.
    """
    if seen_at is not None:
        seen_at = min(max(seen_at, at - LONGEST_LOOK), at) - NOT_FOUND_YET
    if not actor.is_signed_in:
        raise NotSignedIn
    if actor.scopes is not None and not {"searches:read", "searches:write"} <= actor.scopes:
        raise NotAllowed
    _require_inbox(actor, cadence)
    if not query.is_understood:
        raise QueryNotUnderstood
    _lock_owner(actor)
    if policy.saved_searches.visible_to(actor).count() >= MOST:
        raise TooManySavedSearches(limit=MOST)
    search = SavedSearch.objects.create(
        user_id=actor.user_id,
        api_key_id=actor.api_key_id,
        organisation_id=actor.organisation_id,
        name=_cleaned(name),
        query=queries.stored(query),
        cadence=Cadence(cadence),
        rules=matching.rules(),
        created_at=at,
        seen_at=seen_at,
        tells_since=at,
    )
    query_index.keep([(search, query)])
    if seen_at is not None:
        outbox.publish(SearchKept(search_id=search.id), at=at)
    audit.record("saved_search.created", actor=actor, subject=search, at=at, changes={"cadence": cadence})
    return search


@transaction.atomic
def update_search(
    *, actor: Actor, search_id: UUID, name: str | None = None, cadence: str | None = None, at: datetime
) -> SavedSearch:
    """Change the name or the cadence; what was found while nobody was to be told stays untold. Raises NoInbox."""
    search = policy.saved_searches.fetch(actor=actor, pk=search_id, verb="update", lock=True)
    if name is not None:
        search.name = _cleaned(name)
    if cadence is not None:
        _require_inbox(actor, cadence)
        _set_cadence(search, Cadence(cadence), at=at)
    search.save(update_fields=["name", "cadence", "tells_since"])
    audit.record("saved_search.updated", actor=actor, subject=search, at=at, changes={"cadence": search.cadence})
    return search


@transaction.atomic
def delete_search(*, actor: Actor, search_id: UUID, at: datetime) -> None:
    """Forget the search and what it found; its feed is gone."""
    search = policy.saved_searches.fetch(actor=actor, pk=search_id, verb="delete", lock=True)
    audit.record("saved_search.deleted", actor=actor, subject=search, at=at)
    search.delete()


@transaction.atomic
def renew_feed_token(*, actor: Actor, search_id: UUID, at: datetime) -> SavedSearch:
    """Give the feed a new address; the old one is gone."""
    search = policy.saved_searches.fetch(actor=actor, pk=search_id, verb="renew_feed", lock=True)
    search.feed_serial += 1
    search.save(update_fields=["feed_serial"])
    audit.record("saved_search.feed_renewed", actor=actor, subject=search, at=at)
    return search


@transaction.atomic
def stop_alerts(*, token: str, at: datetime) -> list[SavedSearch]:
    """End the alerts of the searches that an e-mail was about; whoever has the mail may. Raises NotFound."""
    found = addresses.searches_to_stop(token)
    searches = SavedSearch.objects.select_for_update(no_key=True).filter(pk__in=[row.pk for row in found])
    stopped = list(searches.order_by("id"))
    for search in stopped:
        if search.cadence != Cadence.NONE:
            _set_cadence(search, Cadence.NONE, at=at)
            search.save(update_fields=["cadence", "tells_since"])
            audit.record("saved_search.unsubscribed", actor=SYSTEM, subject=search, at=at)
    return stopped


def _set_cadence(search: SavedSearch, cadence: Cadence, *, at: datetime) -> None:
    if search.cadence == Cadence.NONE and cadence != Cadence.NONE:
        search.tells_since = at
    search.cadence = cadence


def _require_inbox(actor: Actor, cadence: str) -> None:
    if cadence != Cadence.NONE and actor.user_id is None:
        raise NoInbox


def _lock_owner(actor: Actor) -> None:
    """Two searches saved at the same time would each see one less than there are."""
    if actor.api_key_id is not None:
        ApiKey.objects.select_for_update(no_key=True).get(pk=actor.api_key_id)
    elif actor.user_id is not None:
        User.objects.select_for_update(no_key=True).get(pk=actor.user_id)


def _cleaned(name: str) -> str:
    """The name on one line and without characters that nobody sees."""
    cleaned = " ".join(visible(name).split())
    if not 0 < len(cleaned) <= LONGEST_NAME:
        message = _("应有 1 至 %(most)s 个字符") % {"most": LONGEST_NAME}
        raise InvalidInput(errors=[{"loc": ["name"], "code": "length", "message": message}])
    return cleaned
