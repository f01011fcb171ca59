"""Matching follows the listings: who is due, who is at it, and that nothing is lost, doubled or held up."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import transaction

from listings.catalog import services as catalog
from listings.catalog.models import Achievement
from matching.matches import pairing, queries, queue
from matching.matches.models import Kind, Match, MatchState
from search.index import encoding, engine, vectors
from search.index.mapping import EMBEDDING
from tests.cast import MONDAY
from tests.running import run_outbox
from tests.search.conftest import Shelf as Listed
from tests.together import at_once_up_to

TITLE = "高导电铜合金线材"


def pairs():
    return set(Match.objects.values_list("demand_id", "achievement_id"))


def state_of(kind, row):
    return MatchState.objects.get(kind=kind, listing_id=row.id)


def test_a_published_listing_is_due_and_then_matched_with_all_that_is_there(shelf, cast):
    demand = shelf.demand(TITLE)
    shelf.settle()
    row = shelf.achievement(TITLE)
    run_outbox()
    assert state_of("achievement", row).due_since_at is not None
    assert queries.matches_for_demand(actor=cast.nobody, demand_id=demand.id).items == []

    assert queue.drain() == 1

    assert pairs() == {(demand.id, row.id)}
    assert state_of("achievement", row).due_since_at is None
    assert state_of("achievement", row).version == row.version


def test_two_that_come_at_the_same_time_find_each_other_before_the_index_knows_either(shelf, settings):
    settings.ELASTICSEARCH_URL = ""
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    queue.mark_due([("demand", demand.id), ("achievement", row.id)], at=MONDAY)

    pairing.match_listings(Kind.DEMAND, [demand.id], at=MONDAY)

    assert pairs() == {(demand.id, row.id)}


@pytest.mark.django_db(transaction=True)
def test_batches_of_either_kind_store_the_same_pairs_at_the_same_time(shelf):
    # The first demand fits the second achievement best, and the second the first: each side begins elsewhere.
    demands = [shelf.demand(f"{TITLE}{ending}") for ending in ("连铸", "轧制")]
    rows = [shelf.achievement(f"{TITLE}{ending}") for ending in ("轧制", "连铸")]
    Listed.settle(shelf)

    def store(kind, found):
        with transaction.atomic():
            pairing.match_listings(kind, [row.id for row in found], at=MONDAY)

    works = [partial(store, Kind.DEMAND, demands), partial(store, Kind.ACHIEVEMENT, rows)]

    assert at_once_up_to("ranking_match", works) == [None, None]

    assert pairs() == {(demand.id, row.id) for demand in demands for row in rows}


def test_a_withdrawn_listing_loses_its_matches(shelf):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    shelf.settle()
    assert pairs() == {(demand.id, row.id)}

    shelf.withdraw(row)
    shelf.settle()

    assert pairs() == set()


def test_a_changed_title_is_matched_anew(shelf, cast):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    shelf.settle()

    catalog.update_listing(
        actor=cast.university_clerk,
        kind="achievement",
        listing_id=row.id,
        version=None,
        changes={"title": "脐橙保鲜", "summary": "果品冷藏", "technology_field": "", "local_industry": ""},
        at=MONDAY,
    )
    shelf.settle()

    assert pairs() == set()
    assert state_of("demand", demand).version == demand.version


def test_a_change_during_the_matching_stays_due(shelf):
    row = shelf.achievement(TITLE)
    run_outbox()
    (claimed,) = queue._claim("")
    queue.mark_due([("achievement", row.id)], at=MONDAY + timedelta(hours=1))

    queue._work([claimed])

    assert state_of("achievement", row).due_since_at == MONDAY + timedelta(hours=1)


def test_what_one_worker_holds_no_other_takes_until_the_claim_runs_out(shelf):
    row = shelf.achievement(TITLE)
    run_outbox()

    assert len(queue._claim("")) == 1
    assert queue._claim("") == []
    MatchState.objects.update(claimed_until=MONDAY)
    assert [state.listing_id for state in queue._claim("")] == [row.id]


def test_a_listing_that_fails_is_tried_alone_and_given_up_at_last_while_the_others_are_matched(shelf):
    good, bad = shelf.achievement(TITLE), shelf.achievement("脐橙保鲜")
    demand = shelf.demand(TITLE)
    Listed.settle(shelf)
    # A kind that no list knows, as a damaged row would have it, makes the reading fail.
    MatchState.objects.filter(listing_id=bad.id).update(kind="broken")

    for _ in range(queue.MAX_ATTEMPTS + 1):
        queue.drain()

    assert (demand.id, good.id) in pairs()
    (left,) = queue.given_up()
    assert (left.listing_id, left.attempts) == (bad.id, queue.MAX_ATTEMPTS)
    assert "ValueError" in left.last_error


def test_match_all_matches_every_open_demand_and_tells_how_many(shelf, capsys):
    demand, row = shelf.demand(TITLE), shelf.achievement(TITLE)
    Listed.settle(shelf)
    MatchState.objects.all().delete()

    call_command("match_all", "--json")

    report = json.loads(capsys.readouterr().out)
    assert (report["demands"], report["pairs"]) == (1, 1)
    assert pairs() == {(demand.id, row.id)}


def test_match_all_passes_over_what_is_matched_already_unless_told_otherwise(shelf, capsys):
    shelf.demand(TITLE)
    shelf.achievement(TITLE)
    shelf.settle()

    call_command("match_all", "--json")
    call_command("match_all", "--json", "--full")

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["demands"], second["demands"]) == (0, 1)


def test_what_was_matched_without_the_engine_is_matched_again_with_it(shelf, settings):
    address = settings.ELASTICSEARCH_URL
    demand = shelf.demand(TITLE)
    shelf.achievement(TITLE)
    run_outbox()
    settings.ELASTICSEARCH_URL = ""
    queue.drain()
    assert state_of("demand", demand).is_degraded

    settings.ELASTICSEARCH_URL = address
    assert queue.match_all() == (1, 1)

    assert not state_of("demand", demand).is_degraded


@pytest.mark.parametrize("secrecy", ["secret", "confidential"])
def test_what_is_secret_is_matched_with_nobody(shelf, secrecy):
    shelf.demand(TITLE)
    row = shelf.achievement(TITLE)
    Achievement.objects.filter(pk=row.pk).update(secrecy=secrecy)

    shelf.settle()

    assert pairs() == set()


def test_a_listing_that_was_matched_first_still_gets_its_vector_into_the_index(shelf):
    row = shelf.achievement(TITLE)
    shelf.settle()
    assert vectors.stored([TITLE]) == {}

    assert encoding.encode({("achievement", row.id): row.version}, at=MONDAY) == 1

    run_outbox()
    engine.refresh(engine.alias())
    nearest = {"field": EMBEDDING, "query_vector": vectors.stored([TITLE])[TITLE].tolist(), "k": 5, "num_candidates": 9}
    assert [hit["_source"]["title"] for hit in engine.search({"knn": nearest})["hits"]["hits"]] == [TITLE]
