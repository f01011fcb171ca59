"""Addresses that are a secret of their own: signed, so that none is stored and each can be shown again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from market.kernel.problems import NotFound
from search.saved.models import SavedSearch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def found_path(search: SavedSearch) -> str:
    """Where the owner asks the search anew."""
    return reverse("saved:found", args=[search.id])


def feed_path(search: SavedSearch) -> str:
    """The path of the private feed; it changes with `feed_serial`."""
    return reverse("saved:feed", args=[feed_token(search)])


def feed_token(search: SavedSearch) -> str:
    return _signer("feed").sign(f"{search.id.hex}-{search.feed_serial}")


def search_of_feed(token: str) -> SavedSearch:
    """The search whose feed has the address now; raises NotFound."""
    name, _dash, serial = _unsigned("feed", token).partition("-")
    return _one(name, feed_serial=int(serial))


def unsubscribe_path(search: SavedSearch) -> str:
    return reverse("saved:unsubscribe", args=[unsubscribe_token(search)])


def unsubscribe_token(search: SavedSearch) -> str:
    return _signer("unsubscribe").sign(search.id.hex)


def letter_path(user_id: UUID, told_at: datetime) -> str:
    """Ends the alerts of all searches that a person was told of in the letter of that moment."""
    letter = f"{user_id.hex}-{(told_at - EPOCH) // MICROSECOND:x}"
    return reverse("saved:unsubscribe", args=[_signer("unsubscribe").sign(letter)])


def searches_to_stop(token: str) -> list[SavedSearch]:
    """The searches whose alerts the token ends: one, or those of a letter; raises NotFound."""
    name, dash, told_at = _unsigned("unsubscribe", token).partition("-")
    if not dash:
        return [_one(name)]
    rows = SavedSearch.objects.filter(user_id=UUID(name), hits__told_at=EPOCH + int(told_at, 16) * MICROSECOND)
    found = list(rows.distinct().order_by("id"))
    if not found:
        raise NotFound
    return found


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"searches.{purpose}", sep=".")


def _unsigned(purpose: str, token: str) -> str:
    try:
        return _signer(purpose).unsign(token)
    except BadSignature as error:
        raise NotFound from error


def _one(name: str, **facts: int) -> SavedSearch:
    found = SavedSearch.objects.select_related("user").filter(pk=UUID(name), **facts).first()
    if found is None:
        raise NotFound
    return found
