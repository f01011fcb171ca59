"""When nothing is found: the nearest queries that find something."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from market.kernel.actor import Actor
from market.kernel.marks import listed
from search.find import backends
from search.find.query import SearchQuery, reworded, scope_of
from search.index.facets import ASKED

MOST_TRIED, MOST_OFFERED = 12, 3


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A query with one condition less, what was left out, and how many it finds."""

    query: SearchQuery
    left_out: str
    total: int


def relaxations(*, actor: Actor, query: SearchQuery) -> list[Relaxation]:
    """At most three that find something, the nearest first; the backend is asked once."""
    tried: list[tuple[SearchQuery, str]] = []
    for found, words in _nearer(query):
        if all(found != other for other, _words in tried):
            tried.append((found, words))
    tried = tried[:MOST_TRIED]
    if not tried:
        return []
    scope = scope_of(actor, query)
    queries = [found for found, _words in tried]
    totals = backends.ask(lambda backend: backend.totals(queries, scope=scope))
    offers = [Relaxation(found, words, total) for (found, words), total in zip(tried, totals, strict=True) if total]
    return offers[:MOST_OFFERED]


def _nearer(query: SearchQuery) -> Iterator[tuple[SearchQuery, str]]:
    """One condition dropped at a time: exclusions, quotes, each facet, each word; at last one word alone."""
    if query.excluded:
        yield replace(query, excluded=()), _("不再排除“%s”") % listed(query.excluded)
    if query.phrases:
        unquoted = " ".join([query.words, *query.phrases]).strip()
        yield replace(query, words=unquoted, phrases=()), _("不要求词语相连")
    for name in query.facets:
        kept = {other: codes for other, codes in query.facets.items() if other != name}
        yield replace(query, facets=kept), _("去掉筛选“%s”") % _facet_title(name)
    words = query.words.split()
    if len(words) > 1:
        for word in sorted(words, key=len):
            yield replace(query, words=" ".join(other for other in words if other != word)), _("去掉“%s”") % word
    if len(query.facets) > 1:
        yield replace(query, facets={}), _("去掉全部筛选")
    for shorter in words[:3] if len(words) > 1 else reworded(query.words):
        yield replace(query, words=shorter, phrases=(), facets={}), _("改搜“%s”") % shorter


def _facet_title(name: str) -> str:
    return str(ASKED[name].title)
