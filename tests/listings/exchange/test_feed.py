"""Our feed to other markets, and theirs to us, between two ends of the same code over a real socket."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from listings.catalog import services as catalog
from listings.catalog.models import Achievement, Disclosure, State
from listings.exchange import services
from listings.exchange.models import FeedItem, FeedSource
from listings.exchange.problems import FeedRefused
from market.kernel.actor import OrganisationKind
from tests import story as telling
from tests.cast import MONDAY, organisation
from tests.running import run_outbox


def read_feed(client, **query) -> dict[str, Any]:
    answer = client.get("/exchange/v1/listings", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def story(cast):
    story = telling.publish(cast)
    run_outbox()
    return story


def test_the_feed_tells_public_listings_without_contacts(client, story):
    feed = read_feed(client)

    kinds = {item["kind"]: item for item in feed["items"]}
    assert kinds["achievement"]["id"] == str(story.achievement.id)
    assert kinds["achievement"]["listing"]["title"] == story.achievement.title
    assert kinds["achievement"]["url"].endswith(f"/achievements/{story.achievement.id}/")
    assert "contact_phone" not in json.dumps(feed)
    assert read_feed(client, cursor=feed["next"])["items"] == []


def test_a_withdrawn_listing_leaves_a_tombstone(client, cast, story):
    before = read_feed(client)["next"]

    catalog.withdraw_listing(
        actor=cast.university_clerk, kind="achievement", listing_id=story.achievement.id, version=None, at=MONDAY
    )
    run_outbox()

    (grave,) = read_feed(client, cursor=before)["items"]
    assert (grave["kind"], grave["id"], grave["deleted"]) == ("achievement", str(story.achievement.id), True)
    assert "listing" not in grave


@pytest.mark.parametrize("disclosure", [Disclosure.SIGNED_IN, Disclosure.VERIFIED])
def test_what_is_not_public_never_appears_not_even_as_a_tombstone(client, cast, disclosure):
    story = telling.publish(cast, disclosure=disclosure)
    catalog.withdraw_listing(
        actor=cast.university_clerk, kind="achievement", listing_id=story.achievement.id, version=None, at=MONDAY
    )
    run_outbox()

    assert [item["kind"] for item in read_feed(client)["items"]] == ["demand"]


def test_an_anonymous_demand_names_nobody(client, cast):
    data = telling.DemandData(**(telling.DEMAND | {"is_anonymous": True}))
    asked = catalog.create_demand(actor=cast.enterprise_clerk, data=data, at=MONDAY)
    catalog.publish_demand(actor=cast.enterprise_clerk, demand_id=asked.id, version=None, at=MONDAY)
    run_outbox()

    feed = read_feed(client)

    assert feed["items"][0]["listing"]["owner"] is None
    assert cast.enterprise.name not in json.dumps(feed, ensure_ascii=False)


def test_the_same_event_twice_changes_nothing(story):
    before = list(FeedItem.objects.values())

    services.note_changes([services.Change("achievement", story.achievement.id, MONDAY)])

    assert list(FeedItem.objects.values()) == before


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"cursor": "forged"}, 400, "invalid_cursor"),
        ({"since": "yesterday"}, 422, "invalid_input"),
        ({"since": "2026-03-02T09:00:00"}, 422, "invalid_input"),
        ({"limit": "101"}, 422, "invalid_input"),
        ({"limits": "10"}, 400, "unknown_parameter"),
    ],
)
def test_a_bad_question_is_refused(client, db, query, status, code):
    answer = client.get("/exchange/v1/listings", query)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


class OtherMarket:
    """A feed in another place: pages by cursor, as `docs/api/exchange.md` has it."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.drips, self.pause = False, threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                cursor = self.path.partition("cursor=")[2].partition("&")[0]
                body = outer.pages.get(cursor)
                self.send_response(200 if body is not None else 404)
                self.end_headers()
                for place in range(len(body or b"") if outer.drips else 0):
                    try:
                        self.wfile.write((body or b"")[place : place + 1])
                    except OSError:
                        return
                    outer.pause.wait(0.05)
                self.wfile.write(b"" if outer.drips else body or b"")

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/exchange/v1/listings"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, cursor: str, following: str | None, *items: dict[str, Any]) -> None:
        self.pages[cursor] = json.dumps({"items": list(items), "next": following}).encode()


@pytest.fixture
def other_market():
    found = OtherMarket()
    yield found
    found.server.shutdown()


@pytest.fixture
def source(cast, other_market):
    owner = organisation(OrganisationKind.UPSTREAM_MARKET, "示例省级大市场", 30)
    return services.add_source(code="province", url=other_market.url, organisation=owner, at=MONDAY)


def item(number: int, *, version: int = 1, **listing: Any) -> dict[str, Any]:
    values = {"title": f"外地成果{number}", "owner": "外地大学", "unknown_here": 1} | listing
    return {"kind": "achievement", "id": f"a-{number}", "version": version, "deleted": False, "listing": values}


def test_two_pages_are_pulled_and_a_second_pull_changes_nothing(source, other_market):
    other_market.page("", "c1", item(1), item(2))
    other_market.page("c1", "c2", item(3))
    other_market.page("c2", "c2")

    first = services.pull(source=source, at=MONDAY)
    second = services.pull(source=source, at=MONDAY)

    assert (first.added, first.refused, second.added) == (3, 0, 0)
    rows = Achievement.objects.order_by("source_id")
    assert [(row.source_id, row.title, row.owner_id) for row in rows] == [
        (f"a-{number}", f"外地成果{number}", source.organisation_id) for number in (1, 2, 3)
    ]
    assert FeedSource.objects.get().cursor == "c2"


def test_changes_and_tombstones_follow(source, other_market):
    other_market.page("", "c1", item(1), item(2))
    other_market.page("c1", "c1")
    services.pull(source=source, at=MONDAY)
    grave = {"kind": "achievement", "id": "a-2", "version": 2, "deleted": True}
    other_market.page("c1", "c2", item(1, version=2, title="改过的成果"), item(1, version=1, title="旧的"), grave)
    other_market.page("c2", "c2")

    found = services.pull(source=source, at=MONDAY)

    assert (found.changed, found.withdrawn, found.unchanged) == (1, 1, 1)
    assert Achievement.objects.get(source_id="a-1").title == "改过的成果"
    assert Achievement.objects.get(source_id="a-2").state == State.WITHDRAWN


def test_what_was_pulled_is_not_passed_on_as_ours(client, source, other_market):
    other_market.page("", "c1", item(1))
    other_market.page("c1", "c1")
    services.pull(source=source, at=MONDAY)
    run_outbox()

    assert read_feed(client)["items"] == []


def test_one_bad_item_does_not_stop_the_others(source, other_market):
    other_market.page("", "c1", item(1, title="x"), {"kind": "song", "id": "1", "version": 1}, item(2))
    other_market.page("c1", "c1")

    found = services.pull(source=source, at=MONDAY)

    assert (found.added, found.refused) == (1, 2)


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"<html>", "json_invalid"), (b'{"items": 1}', "items_invalid"), (b" " * 5_000_001, "too_large")],
)
def test_a_malformed_feed_is_refused_and_the_cursor_stays(source, other_market, body, reason):
    other_market.page("", "c1", item(1))
    other_market.pages["c1"] = body

    with pytest.raises(FeedRefused) as refused:
        services.pull(source=source, at=MONDAY)

    assert refused.value.data["reason"] == reason
    assert (Achievement.objects.count(), FeedSource.objects.get().cursor) == (1, "c1")


def test_the_command_makes_a_source_known_and_says_what_it_needs(cast, other_market, capsys):
    owner = organisation(OrganisationKind.UPSTREAM_MARKET, "示例省级大市场", 30)
    other_market.page("", "c1", item(1))
    other_market.page("c1", "c1")

    call_command("pull_listings", "province", url=other_market.url, owner=owner.credit_code, json=True)

    assert json.loads(capsys.readouterr().out)["added"] == 1
    with pytest.raises(CommandError, match="not known yet"):
        call_command("pull_listings", "elsewhere")
    with pytest.raises(CommandError, match="not_a_market"):
        call_command("pull_listings", "x", url=other_market.url, owner=cast.university.credit_code)
