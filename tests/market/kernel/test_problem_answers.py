"""A refusal on the wire: for programs as problem+json, for people as a page, in the reader's language."""

import pytest
from django.test import Client

from market.accounts.models import User
from tests.market.accounts.desk import machine

pytestmark = pytest.mark.django_db
ABSENT = "0192a000-0000-7000-8000-000000000000"
LANGUAGES = [
    ("zh-CN,zh;q=0.9,en;q=0.5", "找不到该内容"),
    ("en-GB,en;q=0.9", "Not found"),
    ("fr", "找不到该内容"),
    ("", "找不到该内容"),
]


@pytest.mark.parametrize(("language", "title"), LANGUAGES)
def test_a_refusal_speaks_the_readers_language_and_keeps_its_code(api, language, title):
    path = f"/api/v1/achievements/{ABSENT}"

    answer = api.get(path, headers={"Accept-Language": language} if language else {})

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/not_found",
        "title": title,
        "status": 404,
        "code": "not_found",
        "detail": "",
        "instance": path,
        "errors": [],
    }
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "请先登录"), ("en", "Please sign in")])
def test_a_refusal_before_any_endpoint_has_the_same_form(language, title):
    answer = machine("tm_00000000_wrong").get("/api/v1/me", headers={"Accept-Language": language})

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert (answer.json()["code"], answer.json()["title"]) == ("not_signed_in", title)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/achievements/not-an-id", "/exchange/nothing"])
def test_an_address_that_is_not_there_is_a_refusal_too(api, path):
    answer = api.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "找不到该内容"), ("en", "Not found")])
@pytest.mark.parametrize("path", [f"/achievements/{ABSENT}/", "/nothing"])
def test_people_get_a_page(api, path, language, title):
    answer = api.get(path, headers={"Accept-Language": language})

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
    assert title in answer.content.decode()


def test_every_answer_names_its_request_and_takes_a_name_that_is_one(api):
    given = api.get("/api/v1/me", headers={"X-Request-ID": "from-the-proxy-1"})
    forged = api.get("/api/v1/me", headers={"X-Request-ID": 'x"} {"level": "error'})

    assert given["X-Request-ID"] == "from-the-proxy-1"
    assert len(forged["X-Request-ID"]) == 32


def test_a_form_without_its_token_is_answered_in_words(cast):
    client = Client(enforce_csrf_checks=True)

    page = client.post("/care", headers={"Accept-Language": "zh-hans"})
    answer = client.post("/api/v1/achievements", {}, content_type="application/json")

    assert page.status_code == 403
    assert "页面已过期" in page.content.decode()
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "1"}])
@pytest.mark.parametrize(("language", "word"), [("zh-hans", "请求头"), ("en", "in the header")])
def test_a_session_that_writes_without_its_token_is_told_what_to_send(cast, headers, language, word):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=cast.university_clerk.user_id))

    answer = client.post(
        "/api/v1/achievements",
        {"title": "成果"},
        content_type="application/json",
        headers={"Accept-Language": language} | headers,
    )

    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "csrf_failed"
    assert all(text in answer.json()["detail"] for text in ("X-CSRFToken", "csrftoken", word))
