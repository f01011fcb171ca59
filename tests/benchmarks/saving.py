"""P15: a new listing against 10,000 saved searches, over one raw `_search` for one of them.

Ours reads no index: it finds the searches that the listing meets and notes them, in one transaction.
"""

from typing import Any

from listings.catalog.models import Achievement
from market.accounts.models import Membership, User
from market.kernel import clock
from market.kernel.actor import ANONYMOUS, Role
from search.find import elastic
from search.find.query import SearchQuery, parse, scope_of
from search.index import engine, maintenance
from search.index.documents import Document, projection
from search.saved import alerts, matching, queries, query_index
from search.saved.models import Cadence, SavedSearch
from tests.benchmarks import data, frame

SEARCHES, LISTINGS, ROUNDS = 10_000, 50, 15
FIRST_NEW = 10_000_000


def run(plan: frame.Plan) -> list[frame.Ratio]:
    """Fifty new listings a round; the searches are in the words of those in the index."""
    with data.scratch_index():
        data.build_listings(plan.rows)
        maintenance.rebuild()
        asked = [parse(typed) for typed in data.queries_of(min(SEARCHES, plan.rows), listings=plan.rows)]
        keep(asked)
        items = list(zip(new_documents(), asked, strict=False))
        found = frame.percentiles(
            {"P15": 50},
            items,
            lambda item: alerts.announce([item[0]], at=clock.now()),
            lambda item: searched(item[1]),
            rounds=plan.rounds or ROUNDS,
            quiet=plan.quiet,
        )
        met = sum(alerts.announce([document], at=clock.now()) for document, _query in items) / len(items)
        return [ratio.with_more(searches=len(asked), met_by_each=met) for ratio in found]


def keep(asked: list[SearchQuery]) -> None:
    """A hundred people of one organisation keep them."""
    owner, at = data.university(1), clock.now()
    people = User.objects.bulk_create(User(email=f"reader-{number}@example.com") for number in range(100))
    Membership.objects.bulk_create(
        Membership(user=user, organisation=owner, roles=[Role.CLERK.value]) for user in people
    )
    kept = SavedSearch.objects.bulk_create(
        SavedSearch(
            user=people[number % 100],
            organisation=owner,
            name=query.typed,
            query=queries.stored(query),
            cadence=Cadence.NONE,
            rules=matching.rules(),
            created_at=at,
            tells_since=at,
        )
        for number, query in enumerate(asked)
    )
    query_index.keep(zip(kept, asked, strict=True))


def new_documents() -> list[Document]:
    rows = Achievement.objects.bulk_create(data.new_listing(FIRST_NEW + number) for number in range(LISTINGS))
    source = projection("achievement")
    return list(source.load([row.id for row in rows]).values()) if source else []


def searched(query: SearchQuery) -> Any:
    body = elastic.body(query, scope=scope_of(ANONYMOUS, query), size=20)
    return engine.client().search(index=engine.alias(), body=body).body
