"""Requests at the edge of what a column, a calendar or a protocol holds answer a problem, never a fault of ours."""

import json

import pytest

from listings.catalog.models import Achievement
from market.kernel.http import server_error
from tests import story as telling

pytestmark = pytest.mark.django_db
NINES = "9" * 4500
ADDRESSES = [
    "/exchange/v1/listings?limit=00010000000000000000000000000",
    "/exchange/v1/listings?limit=0001000000",
    f"/exchange/v1/listings?limit={NINES}",
    "/exchange/v1/listings?since=0001-01-01T00:00:00%2B23:59",
    "/exchange/v1/listings?since=9999-12-31T23:59:59-23:59",
    "/exchange/v1/listings?since=0",
    "/exchange/v1/listings?cursor=x",
    *(
        f"/api/v1/turnover{part}?as_of={day}"
        for part in ("", "/entries", "/breakdown", "/breakdown.csv", "/flows")
        for day in ("9999-12-31", "0001-01-01", "0")
    ),
    f"/api/v1/turnover?year={NINES}",
    "/api/v1/dictionaries/region?on=9999-12-31",
    "/api/v1/reports?year=10000000000",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address[:70])
def test_an_address_at_the_edge_answers_a_problem(api, address):
    answer = api.get(address)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("expires_at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", 0, "2027-01-01"])
def test_a_key_that_ends_at_no_known_time_is_refused(api, cast, expires_at):
    body = {"name": "接口", "roles": ["clerk"], "scopes": ["achievements:read"], "expires_at": expires_at}

    answer = api.as_(cast.university_clerk).send("post", "/api-keys", body)

    assert (answer.status_code, answer.json()["errors"][0]["loc"][-1]) == (422, "expires_at")


def test_a_page_asked_for_a_year_beyond_numbers_shows_its_usual_year(api, cast):
    assert api.get(f"/monitoring/?year={NINES}").status_code == 200


def test_a_button_with_a_version_beyond_numbers_changes_nothing_by_accident(api, cast):
    row = telling.achievement(cast) if hasattr(telling, "achievement") else None
    if row is None:
        answer = api.as_(cast.university_clerk).send("post", "/achievements", {"title": "铜箔退火工艺"})
        row = Achievement.objects.get(pk=answer.json()["id"])

    answer = api.as_(cast.university_clerk).post(f"/my/listings/achievement/{row.pk}/publish", {"version": NINES})

    row.refresh_from_db()
    assert (answer.status_code, row.state) == (409, "draft")


@pytest.mark.parametrize("field", ["idempotency_key", "reason", "note", "name"])
def test_a_nul_in_a_page_form_is_a_problem(api, cast, field):
    answer = api.as_(cast.university_clerk).post("/organisation/invitations", {field: "a\x00b"})

    assert answer.status_code == 422


@pytest.mark.parametrize("address", ["/organisation/invitations", "/accounts/login/", "/care"])
def test_a_form_in_another_encoding_is_a_problem(api, cast, address):
    client = api.as_(cast.university_clerk)

    answer = client.post(address, b"name=a", content_type="application/x-www-form-urlencoded; charset=utf-7")

    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()


def test_a_form_in_another_encoding_is_a_problem_on_the_api_too(api, cast):
    answer = api.as_(cast.university_clerk).post(
        "/api/v1/achievements/import", b"a=b", content_type="application/x-www-form-urlencoded; charset=utf-7"
    )

    assert (answer.status_code, answer.headers["Content-Type"]) == (415, "application/problem+json")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
@pytest.mark.parametrize("address", ["/api/v1/achievements", "/api/v1/turnover", "/exchange/v1/listings"])
def test_a_method_that_an_address_does_not_take_is_a_problem_with_those_it_takes(api, method, address):
    answer = getattr(api, method)(address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert answer.json()["code"] == "method_not_allowed"
    assert "GET" in answer.headers["Allow"]


def test_a_buttons_address_that_is_opened_leads_to_the_page_above_it(api, cast):
    client = api.as_(cast.university_clerk)

    answer = client.get("/organisation/invitations")
    then = client.get("/organisation/invitations", follow=True)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/organisation/")
    assert then.status_code == 200


def test_a_fault_of_ours_is_a_problem_for_programs_and_a_page_for_people(rf):
    for_programs = server_error(rf.get("/api/v1/achievements"))
    for_people = server_error(rf.get("/achievements/"))

    assert (for_programs.status_code, for_programs.headers["Content-Type"]) == (500, "application/problem+json")
    assert json.loads(for_programs.content)["code"] == "internal_error"
    assert (for_people.status_code, for_people.headers["Content-Type"][:9]) == (500, "text/html")


def test_a_title_of_invisible_characters_is_refused(api, cast):
    """By the API and by the form, which trim before they measure."""
    client = api.as_(cast.university_clerk)
    titles = ["\u200b\u200b", "\u2800\u2800", "\u3164\ufeff", "\u2060\u00ad\u200e"]

    answers = [client.send("post", "/achievements", {"title": title}).status_code for title in titles]
    pages = [client.post("/achievements/new", {"title": title, "disclosure": "public"}) for title in titles]

    assert answers == [422] * 4
    assert [page.status_code for page in pages] == [200] * 4
    assert not Achievement.objects.exists()


@pytest.mark.parametrize("day", ["9980-01-01", "9999-01-01", 0])
def test_a_patent_of_no_known_year_is_refused_at_its_field(api, cast, day):
    patent = {"publication_no": "CN101234567A", "title": "铜箔", "filed_on": day}

    answer = api.as_(cast.university_clerk).send("post", "/achievements", {"title": "边界", "patents": [patent]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][-3:] == ["patents", 0, "filed_on"]


def test_what_is_wrong_is_said_in_the_readers_language(api, cast):
    client = api.as_(cast.university_clerk)

    found = [
        client.post(
            "/api/v1/achievements", {}, content_type="application/json", headers={"Accept-Language": language}
        ).json()["errors"][0]["message"]
        for language in ("zh-CN", "en")
    ]

    assert found == ["必填", "required"]
