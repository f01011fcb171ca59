"""Keeping a search: whose it is, how many there may be, what is refused, by API, by key and on the page."""

from datetime import timedelta

import pytest

from market.accounts.models import User
from market.kernel.audit import AuditRow
from search.find.query import parse
from search.saved import services
from search.saved.models import SavedSearch
from search.saved.problems import TooManySavedSearches
from tests.cast import MONDAY
from tests.market.accounts.desk import actions, issue, machine, refusal

BODY = {
    "name": "铜合金成果",
    "query": {"q": "铜合金 -废料", "kind": "achievement", "facets": {"maturity": ["pilot"]}, "sort": "newest"},
    "cadence": "daily",
}


def test_a_search_is_kept_as_it_was_asked(cast, api):
    answer = api.as_(cast.enterprise_clerk).send("post", "/searches", BODY)

    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in BODY} == BODY
    assert told["last_told_at"] is None
    row = SavedSearch.objects.get(pk=told["id"])
    assert (row.user_id, row.organisation_id) == (cast.enterprise_clerk.user_id, cast.enterprise.id)
    assert actions(row) == ["saved_search.created"]


def test_a_person_lists_changes_and_deletes_their_own(cast, api, keep):
    client = api.as_(cast.enterprise_clerk)
    kept = [keep(f"铜合金 {number}号") for number in range(3)]
    keep("别人的", who="university_clerk")

    first = client.send("get", "/searches?limit=2").json()
    rest = client.send("get", f"/searches?limit=2&cursor={first['next']}").json()
    assert [row["name"] for row in first["items"] + rest["items"]] == ["铜合金 2号", "铜合金 1号", "铜合金 0号"]
    assert rest["next"] is None

    changed = client.send("patch", f"/searches/{kept[0].id}", {"name": "新名", "cadence": "weekly"}).json()
    assert (changed["name"], changed["cadence"]) == ("新名", "weekly")
    assert client.send("delete", f"/searches/{kept[0].id}").status_code == 204
    assert refusal(client.send("delete", f"/searches/{kept[0].id}")) == (404, "not_found")
    assert actions(kept[0]) == ["saved_search.created", "saved_search.updated", "saved_search.deleted"]


@pytest.mark.parametrize("who", ["enterprise_finance", "university_clerk", "operator", "stranger"])
def test_nobody_else_sees_it_not_even_the_operator(cast, api, keep, who):
    search, client = keep(cadence="daily"), api.as_(getattr(cast, who))

    assert client.send("get", "/searches").json()["items"] == []
    assert refusal(client.send("patch", f"/searches/{search.id}", {"cadence": "none"})) == (404, "not_found")
    assert refusal(client.send("post", f"/searches/{search.id}/renew-feed")) == (404, "not_found")
    assert refusal(client.send("delete", f"/searches/{search.id}")) == (404, "not_found")
    assert client.get(f"/searches/{search.id}/").status_code == 404

    search.refresh_from_db()
    assert (search.cadence, search.feed_serial) == ("daily", 1)


def test_there_are_a_hundred_at_most(cast, api, keep):
    for number in range(services.MOST):
        keep(f"第{number}个")

    answer = api.as_(cast.enterprise_clerk).send("post", "/searches", BODY)

    assert refusal(answer) == (409, "too_many_saved_searches")
    assert answer.json()["limit"] == 100
    with pytest.raises(TooManySavedSearches):
        keep("再来一个")
    assert SavedSearch.objects.count() == 100
    keep("别人的", who="university_clerk")


def test_tries_past_the_limit_write_nothing(cast):
    actor = cast.enterprise_clerk
    rows = [_row(actor.user_id, number) for number in range(100)]
    SavedSearch.objects.bulk_create(rows)
    before = AuditRow.objects.count()

    for number in range(50):
        with pytest.raises(TooManySavedSearches):
            services.save_search(actor=actor, name=f"{number}", query=parse("铜"), cadence="none", at=MONDAY)

    assert (SavedSearch.objects.count(), AuditRow.objects.count()) == (100, before)


def _row(user_id, number):
    return SavedSearch(
        user_id=user_id,
        name=f"{number}",
        query={"typed": f"铜合金{number}", "kind": "", "facets": {}, "sort": "relevance"},
        cadence="none",
        rules="",
        created_at=MONDAY,
        tells_since=MONDAY,
    )


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"name": ""}, (422, "invalid_input")),
        ({"name": "   "}, (422, "invalid_input")),
        ({"name": "\u202e\u200b"}, (422, "invalid_input")),
        ({"name": "长" * 81}, (422, "invalid_input")),
        ({"cadence": "hourly"}, (422, "invalid_input")),
        ({"cadence": None}, (422, "invalid_input")),
        ({"query": {"q": "铜" * 2001}}, (422, "invalid_input")),
        ({"query": {"q": "铜", "kind": "patent"}}, (422, "invalid_input")),
        ({"query": {"q": "铜", "facets": {"colour": ["red"]}}}, (400, "unknown_facet")),
        ({"query": {"q": "铜", "facets": {"maturity": ["x" * 41]}}}, (422, "invalid_input")),
        ({"query": {"q": "铜", "facets": {"maturity": ["x"] * 21}}}, (422, "invalid_input")),
        ({"query": {"q": "铜", "cursor": "x"}}, (422, "invalid_input")),
        ({"query": {"q": "\x00"}}, (422, "invalid_input")),
        ({"query": {"q": "-"}}, (422, "query_not_understood")),
        ({"query": {"q": "😀"}}, (422, "query_not_understood")),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_kept(cast, api, change, refused):
    answer = api.as_(cast.enterprise_clerk).send("post", "/searches", BODY | change)

    assert refusal(answer) == refused
    assert SavedSearch.objects.exists() is False


@pytest.mark.parametrize(
    "typed", ["", '"未闭合', "-铜", "β", "铜" * 2000, "a" * 2000, "\u202e铜", '"' + "缆" * 900 + '"']
)
def test_any_query_of_words_can_be_kept(keep, typed):
    assert keep(typed, name="一个").anchors.exists()


def test_a_name_is_one_line(keep):
    assert keep(name="铜合金\n\u202eBcc: all@example.com").name == "铜合金 Bcc: all@example.com"


def test_a_key_keeps_searches_of_its_own_and_has_no_inbox(cast, api):
    scopes = ["searches:read", "searches:write", "achievements:read"]
    _row, token = issue(cast.enterprise_clerk, scopes=scopes)
    _row, other = issue(cast.enterprise_clerk, scopes=scopes)
    client = machine(token)

    assert refusal(client.send("post", "/searches", BODY)) == (409, "no_inbox")
    made = client.send("post", "/searches", BODY | {"cadence": "none"}).json()
    assert [row["id"] for row in client.send("get", "/searches").json()["items"]] == [made["id"]]
    assert refusal(client.send("patch", f"/searches/{made['id']}", {"cadence": "daily"})) == (409, "no_inbox")
    assert machine(other).send("get", "/searches").json()["items"] == []
    assert refusal(machine(other).send("delete", f"/searches/{made['id']}")) == (404, "not_found")
    assert api.as_(cast.enterprise_clerk).send("get", "/searches").json()["items"] == []


@pytest.mark.parametrize("scopes", [["searches:read"], ["searches:write"], ["achievements:read", "achievements:write"]])
def test_a_key_without_both_scopes_keeps_nothing(cast, scopes):
    _row, token = issue(cast.enterprise_clerk, scopes=scopes)

    answer = machine(token).send("post", "/searches", BODY | {"cadence": "none"})

    assert refusal(answer) == (403, "not_allowed")
    assert SavedSearch.objects.exists() is False


def test_the_page_saves_what_the_search_page_asks(cast, api):
    client = api.as_(cast.enterprise_clerk)
    searched = client.get("/search", {"q": "稀有的东西", "maturity": "pilot", "kind": "demand"}).content.decode()
    link = searched.split('<a role="button" href="/searches/new?')[1].split('"')[0].replace("&amp;", "&")

    form = client.get(f"/searches/new?{link}")
    assert 'value="稀有的东西 · 技术需求 · 成熟度：通过中试"' in form.content.decode()
    saved = client.post(f"/searches/new?{link}", {"name": "盯着", "cadence": "weekly"})

    assert saved["Location"] == "/searches/"
    row = SavedSearch.objects.get()
    assert row.created_at - timedelta(minutes=1) < row.seen_at < row.created_at
    assert row.query == {
        "typed": "稀有的东西",
        "kind": "demand",
        "facets": {"maturity": ["pilot"]},
        "sort": "relevance",
    }
    listed = client.get("/searches/").content.decode()
    assert "盯着" in listed
    assert f"/searches/{row.id}/" in listed
    assert client.get(f"/searches/{row.id}/")["Location"].startswith("/search?q=")


@pytest.mark.parametrize("seen", ["", "x", "-1", "９", "99999999999999999999", "9999999999", "0", "1.5"])
def test_a_forged_moment_of_looking_does_no_harm(cast, api, seen):
    client = api.as_(cast.enterprise_clerk)

    answer = client.post(f"/searches/new?q=铜&seen={seen}", {"name": "铜", "cadence": "daily"})

    assert answer["Location"] == "/searches/"
    row = SavedSearch.objects.get()
    assert row.seen_at is None or row.created_at - timedelta(days=2) < row.seen_at < row.created_at


def test_the_page_says_what_is_wrong(cast, api, keep):
    client = api.as_(cast.enterprise_clerk)

    assert client.post("/searches/new?q=铜", {"name": "", "cadence": "daily"}).status_code == 422
    for number in range(services.MOST):
        keep(f"第{number}个")
    full = client.post("/searches/new?q=铜", {"name": "铜", "cadence": "daily"})

    assert "保存的搜索已达上限" in full.content.decode()
    assert SavedSearch.objects.count() == 100


def test_the_page_changes_and_deletes(cast, api, keep):
    client, search = api.as_(cast.enterprise_clerk), keep()
    old = client.get("/searches/").content.decode()

    client.post(f"/searches/{search.id}/update", {"cadence": "at_once"})
    client.post(f"/searches/{search.id}/update", {"cadence": "never"})
    search.refresh_from_db()
    assert search.cadence == "at_once"
    client.post(f"/searches/{search.id}/renew-feed")
    search.refresh_from_db()
    assert search.feed_serial == 2
    assert client.get("/searches/").content.decode() != old
    client.post(f"/searches/{search.id}/delete")
    assert SavedSearch.objects.exists() is False


def test_the_pages_speak_english(cast, api, keep):
    User.objects.filter(pk=cast.enterprise_clerk.user_id).update(language="en")
    keep(kind="achievement", facets={"maturity": ["pilot"]})
    client = api.as_(cast.enterprise_clerk)
    client.cookies["django_language"] = "en"

    listed = client.get("/searches/").content.decode()

    assert "My searches" in listed
    assert "Daily digest" in listed
    assert "Achievement" in listed
