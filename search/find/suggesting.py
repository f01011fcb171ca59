"""Suggestions as one types: titles of listings, technology fields, organisations; nothing that the reader may not see.

Titles are asked by their tokens under the reader's own filter, since a completion suggester cannot filter by reader.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from market.accounts import policy as accounts
from market.kernel.actor import Actor
from market.kernel.clock import today
from market.reference import queries as reference
from search.analysis import text
from search.find import backends
from search.find.query import Scope, parse, scope_of
from search.index.documents import projection

LONGEST = 60
TITLES, FIELDS, ORGANISATIONS = 6, 3, 3
MOST_COMPARED = 10_000  # names, where none holds what was typed as it was typed


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is offered, of which sort (`title`, `field`, `organisation`), and where it leads."""

    sort: str
    words: str
    url: str


_organisation_pages: list[Callable[[Any], str]] = []


def register_organisation_page(address: Callable[[Any], str]) -> None:
    """Say where an organisation's own page is, by its id."""
    _organisation_pages.append(address)


def suggestions(*, actor: Actor, typed: str) -> list[Suggestion]:
    """Offers for what was typed so far; none for less than a word's beginning."""
    typed = parse(typed[:LONGEST]).typed
    if not text.has_words(typed):
        return []
    return [*_fields(typed), *_organisations(actor, typed), *_titles(scope_of(actor), typed)]


def _titles(scope: Scope, typed: str) -> list[Suggestion]:
    offers = []
    for found in backends.ask(lambda backend: backend.titles(typed, scope=scope, size=TITLES)):
        source = projection(found.kind)
        if source is not None:
            offers.append(Suggestion("title", found.title, reverse(source.url_name, args=[found.id])))
    return offers


def _fields(typed: str) -> list[Suggestion]:
    needle = text.normalised(typed)
    offers = []
    for facet in ("local_industry", "technology_field"):
        for code, name in reference.choices(facet, today()):
            if needle in text.normalised(name):
                offers.append(Suggestion("field", name, f"{reverse('search:search')}?{urlencode({facet: code})}"))
    return offers[:FIELDS]


def _organisations(actor: Actor, typed: str) -> list[Suggestion]:
    if not _organisation_pages or (actor.scopes is not None and "organisations:read" not in actor.scopes):
        return []
    rows = accounts.organisations.visible_to(actor).filter(verified_at__isnull=False).order_by("name", "id")
    known = rows.values_list("id", "name")
    found = list(known.filter(name__icontains=typed)[:ORGANISATIONS])
    if not found:
        needle = _comparable(typed)
        found = [row for row in known[:MOST_COMPARED] if needle in _comparable(row[1])][:ORGANISATIONS]
    return [Suggestion("organisation", name, _organisation_pages[0](pk)) for pk, name in found]


@lru_cache(maxsize=MOST_COMPARED)
def _comparable(name: str) -> str:
    """A name without what two spellings of it differ in: width, brackets, blanks, Traditional characters."""
    return text.normalised(name).replace(" ", "")
