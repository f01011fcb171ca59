"""Another market may send anything: each item stands alone, what comes back comes back, and a pull ends."""

import time
from typing import Any

import pytest

from listings.catalog import services as catalog
from listings.catalog.models import Achievement, State
from listings.exchange import client as reader
from listings.exchange import services
from listings.exchange.models import FeedSource
from listings.exchange.problems import FeedAway
from tests import story as telling
from tests.cast import MONDAY
from tests.listings.exchange.test_feed import item, other_market, read_feed, source  # noqa: F401
from tests.running import run_outbox

TWICE = [{"publication_no": "CN114735076B", "title": "甲"}] * 2
BAD: dict[str, dict[str, Any]] = {
    "a NUL in the title": item(9, title="坏\x00题"),
    "a NUL in the id": item(9) | {"id": "a\x00"},
    "a version beyond the column": item(9, version=2**31),
    "a version of 10^12": item(9, version=10**12),
    "a negative version": item(9, version=-1),
    "a version that is true": item(9) | {"version": True},
    "a version in words": item(9) | {"version": "1"},
    "a patent twice": item(9, patents=TWICE),
    "a patent of the year 9999": item(
        9, patents=[{"publication_no": "CN114735076B", "title": "甲", "filed_on": "9999-01-01"}]
    ),
    "no id": item(9) | {"id": ""},
    "an id that is a list": item(9) | {"id": [1]},
    "an id that is too long": item(9) | {"id": "x" * 121},
    "an override of direction": item(9, title="坏\u202e题"),
    "a list for a listing": item(9) | {"listing": []},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_item_is_named_by_its_number_and_the_others_go_on(source, other_market, name):  # noqa: F811
    other_market.page("", "c1", item(1), BAD[name], item(2))
    other_market.page("c1", "c1")

    found = services.pull(source=source, at=MONDAY)

    assert (found.added, found.refused, [refusal.number for refusal in found.refusals]) == (2, 1, [2])
    assert found.refusals[0].message
    assert FeedSource.objects.get().cursor == "c1"


def test_what_its_market_withdraws_and_publishes_again_comes_back(source, other_market):  # noqa: F811
    grave = {"kind": "achievement", "id": "a-1", "version": 2, "deleted": True}
    other_market.page("", "c1", item(1), grave, item(1, version=3, title="外地成果一（恢复）"))
    other_market.page("c1", "c1")

    found = services.pull(source=source, at=MONDAY)

    row = Achievement.objects.get()
    assert (found.added, found.withdrawn, found.changed, found.refused) == (1, 1, 1, 0)
    assert (row.state, row.title, row.source_version, row.ended_at) == (State.PUBLISHED, "外地成果一（恢复）", 3, None)


def test_what_the_operator_took_down_stays_down(cast, source, other_market):  # noqa: F811
    other_market.page("", "c1", item(1))
    other_market.page("c1", "c1")
    services.pull(source=source, at=MONDAY)
    row = Achievement.objects.get()
    catalog.take_down_listing(
        actor=cast.operator, kind="achievement", listing_id=row.id, version=None, reason="重复", at=MONDAY
    )
    other_market.page("c1", "c2", item(1, version=2))
    other_market.page("c2", "c2")

    found = services.pull(source=source, at=MONDAY)

    row.refresh_from_db()
    assert (found.refused, row.state) == (1, State.TAKEN_DOWN)


def test_an_id_as_a_number_and_as_text_is_one(source, other_market):  # noqa: F811
    other_market.page("", "c1", item(1) | {"id": 7}, item(1, version=2) | {"id": "7"}, item(1, version=3) | {"id": 7.0})
    other_market.page("c1", "c1")

    found = services.pull(source=source, at=MONDAY)

    assert (found.added, found.changed, Achievement.objects.get().source_id) == (1, 2, "7")


def test_the_cursor_of_an_empty_answer_stays_empty(client, cast):
    telling.publish(cast)
    run_outbox()

    first = read_feed(client, since="2099-01-01T00:00:00+08:00")
    second = read_feed(client, cursor=first["next"])

    assert (first["items"], second["items"]) == ([], [])


def test_what_comes_after_an_empty_answer_is_found_from_its_cursor(client, cast):
    empty = read_feed(client, since="2099-01-01T00:00:00+08:00")
    telling.publish(cast)
    run_outbox()

    assert len(read_feed(client, cursor=empty["next"])["items"]) == 2


def test_a_feed_without_end_is_left_for_the_next_pull(source, other_market):  # noqa: F811
    for number in range(9):
        other_market.page(f"c{number}" if number else "", f"c{number + 1}", item(number))

    found = services.pull(source=source, at=MONDAY, limits=services.Limits(pages=5))

    assert (found.added, found.is_complete, FeedSource.objects.get().cursor) == (5, False, "c5")


def test_a_pull_ends_by_its_bytes(source, other_market):  # noqa: F811
    other_market.page("", "c1", item(1))
    other_market.page("c1", "c2", item(2))

    assert services.pull(source=source, at=MONDAY, limits=services.Limits(size_bytes=10)).added == 1
    assert services.pull(source=source, at=MONDAY, limits=services.Limits(seconds=-1)).added == 0


def test_a_page_that_drips_is_given_up(other_market):  # noqa: F811
    other_market.drips = True
    other_market.page("", "c1", item(1))

    began = time.monotonic()
    with pytest.raises(FeedAway):
        reader.fetch_page(other_market.url, cursor="", seconds=0.2)

    assert time.monotonic() - began < 5
