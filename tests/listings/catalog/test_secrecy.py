"""What is secret leaves by no door; its owner and the operator still have it."""

import json

import pytest

from listings.catalog import indexing, queries
from listings.catalog.kinds import KINDS, kind_of
from listings.exchange import queries as exchange
from market.kernel.policy import audience_tokens
from matching.matches import listing_adapter
from matching.matches.models import Kind
from tests import story as telling
from tests.running import run_outbox

NOT_SECRET, SECRET = "none", "secret"


@pytest.fixture(params=list(KINDS))
def row(request, cast):
    story = telling.publish(cast)
    return getattr(story, request.param)


def hide(row) -> None:
    type(row).objects.filter(pk=row.pk).update(secrecy=SECRET)


def seen(row, cast) -> set[str]:
    """Who is answered at the listing's page, at its address in the API and in the list."""
    kind = kind_of(row).code
    return {
        name
        for name, actor in cast.everyone.items()
        if queries.shown_listings(actor=actor, kind=kind).filter(pk=row.pk).exists()
    }


def test_a_secret_listing_is_seen_by_its_owner_and_the_operator_alone(cast, row):
    everyone = set(cast.everyone)
    own = {name for name, actor in cast.everyone.items() if actor.organisation_id == row.owner_id}

    assert seen(row, cast) == everyone
    hide(row)

    assert seen(row, cast) == own | {"operator"}


def test_a_secret_listing_is_found_by_those_who_see_it(cast, row):
    hide(row)

    document = indexing.documents_of(kind_of(row), [row.pk])[row.pk]

    finders = {name for name, actor in cast.everyone.items() if audience_tokens(actor) & set(document.audience)}
    assert finders == seen(row, cast)


def test_a_secret_listing_is_no_page_and_no_answer_for_others(cast, api, row):
    hide(row)
    kind = kind_of(row)

    answers = [
        api.as_(cast.other_clerk).get(place)
        for place in (f"/{kind.plural}/{row.pk}/", f"/api/v1/{kind.plural}/{row.pk}")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_secret_listing_goes_to_no_other_market_and_leaves_a_tombstone(client, row):
    run_outbox()
    before = client.get("/exchange/v1/listings").json()
    hide(row)

    after = {item["id"]: item for item in client.get("/exchange/v1/listings").json()["items"]}

    assert str(row.pk) in {item["id"] for item in before["items"] if not item["deleted"]}
    assert after[str(row.pk)]["deleted"]
    assert row.title not in json.dumps(after, ensure_ascii=False)
    assert not exchange.public_listings(kind_of(row).code).filter(pk=row.pk).exists()


def test_a_secret_listing_is_matched_with_nobody(row):
    kind = Kind(kind_of(row).code)
    assert row.pk in listing_adapter.seeking(kind, [row.pk])

    hide(row)

    assert listing_adapter.seeking(kind, [row.pk]) == {}
