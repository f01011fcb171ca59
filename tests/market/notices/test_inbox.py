"""The inbox: one's own notices, newest first, until they are read."""

from datetime import timedelta

import pytest

from market.notices import services
from market.notices.models import Notice
from tests.cast import MONDAY
from tests.market.accounts.desk import issue, machine, refusal


def unread(client) -> int:
    return int(client.get("/inbox/").context["unread"])


def test_a_person_reads_the_own_notices_newest_first_page_by_page(cast, api):
    for number in range(3):
        services.notify(
            kind="deal",
            title=f"第{number}条",
            body="",
            url="",
            user_ids=[cast.university_clerk.user_id, cast.broker.user_id],
            at=MONDAY + timedelta(hours=number),
        )
    client = api.as_(cast.university_clerk)

    first = client.send("get", "/notices?limit=2").json()
    second = client.send("get", f"/notices?limit=2&cursor={first['next']}").json()

    assert [item["title"] for item in first["items"] + second["items"]] == ["第2条", "第1条", "第0条"]
    assert second["next"] is None


def test_only_the_person_told_sees_and_reads_a_notice(cast, api, tell):
    notice = tell("university_clerk")
    others = {name: actor for name, actor in cast.everyone.items() if name not in {"university_clerk", "nobody"}}

    for name, actor in others.items():
        client = api.as_(actor)
        assert client.send("get", "/notices").json()["items"] == [], name
        assert refusal(client.send("post", f"/notices/{notice.id}/read")) == (404, "not_found"), name
        assert client.post(f"/inbox/{notice.id}/read").status_code == 404, name

    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_passer_by_and_a_key_have_no_inbox(cast, api, tell):
    notice = tell("university_clerk")
    _row, token = issue(cast.university_clerk)

    assert api.send("get", "/notices").json()["items"] == []
    assert refusal(api.send("post", f"/notices/{notice.id}/read")) == (401, "not_signed_in")
    assert api.get("/inbox/").status_code == 401
    assert machine(token).send("get", "/notices").json()["items"] == []


def test_a_notice_is_read_once(cast, api, tell):
    notice = tell()
    client = api.as_(cast.university_clerk)

    first = client.send("post", f"/notices/{notice.id}/read").json()
    second = client.send("post", f"/notices/{notice.id}/read").json()

    assert first["read_at"] is not None
    assert second == first


def test_every_page_counts_what_is_unread(cast, api, tell):
    notices = [tell(), tell(), tell("broker")]
    client = api.as_(cast.university_clerk)
    assert (unread(client), services.unread_count(notices[0].user)) == (2, 2)

    client.send("post", f"/notices/{notices[0].id}/read")
    assert unread(client) == 1

    tell()
    assert client.get("/").context["unread"] == 2


def test_all_are_marked_as_read_for_oneself_only(cast, api, tell):
    tell()
    tell()
    other = tell("broker")
    client = api.as_(cast.university_clerk)

    assert client.post("/inbox/read").status_code == 302

    assert unread(client) == 0
    other.refresh_from_db()
    assert other.read_at is None
    assert services.read_all(actor=cast.broker, at=MONDAY) == 1


def test_the_page_shows_what_was_said_and_marks_the_unread(cast, api, tell):
    seen, _new = tell(title="看过的消息"), tell(title="<b>新消息</b>", body="第一行\n第二行")
    client = api.as_(cast.university_clerk)
    client.post(f"/inbox/{seen.id}/read")

    page = client.get("/inbox/").content.decode()

    assert "看过的消息" in page
    assert "&lt;b&gt;新消息&lt;/b&gt;" in page
    assert "第一行<br>第二行" in page
    assert page.count("is-unread") == 1


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/deals/1/", "/deals/1/"),
        ("", "/inbox/"),
        ("https://evil.example/", "/inbox/"),
        ("//evil.example/", "/inbox/"),
        ("javascript:alert(1)", "/inbox/"),
    ],
)
def test_opening_a_notice_leads_to_its_matter_inside_the_portal(cast, api, tell, url, location):
    notice = tell(url=url)

    answer = api.as_(cast.university_clerk).post(f"/inbox/{notice.id}/read")

    assert (answer.status_code, answer["Location"]) == (302, location)
    assert Notice.objects.get().read_at is not None
