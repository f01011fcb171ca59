"""How many requests one may send, by who sends them."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from listings.catalog.models import Achievement
from market.accounts.models import User
from market.kernel import limits
from tests.conftest import ApiClient
from tests.market.accounts.desk import issue, machine, refusal


@pytest.fixture(autouse=True)
def _limits(settings) -> Iterator[None]:
    settings.RATE_LIMIT = True
    both = {"read": "3/minute", "write": "2/minute"}
    settings.RATE_LIMITS = both | {f"anonymous_{kind}": rate for kind, rate in both.items()} | {"sign_in": "4/minute"}
    # Counted under names of this test's own: the cast is the same people in every test of a minute.
    settings.NAMESPACE = f"{settings.NAMESPACE}-{uuid4().hex}"
    limits._limiter.cache_clear()
    yield
    limits._limiter.cache_clear()


def passer_by(**headers: str) -> ApiClient:
    """An anonymous reader at an address that no other test has used."""
    number = uuid4().int
    return ApiClient(REMOTE_ADDR=f"2001:db8:{number & 0xFFFF:x}:{number >> 16 & 0xFFFF:x}::1", headers=headers)


def read(client, times: int = 1) -> list[int]:
    return [client.send("get", "/me").status_code for _ in range(times)]


def test_past_the_limit_the_answer_says_when_to_come_back(cast, api):
    client = api.as_(cast.broker)
    assert read(client, 3) == [200] * 3

    answer = client.send("get", "/me")

    assert refusal(answer) == (429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert answer.json()["retry_after_seconds"] == int(answer["Retry-After"])
    assert answer["Cache-Control"] == "no-store"


def test_reads_and_writes_are_counted_apart(cast, api):
    client = api.as_(cast.operator)
    path = f"/organisations/{cast.agency.id}/verify"

    assert [client.send("post", path, version=1).status_code for _ in range(3)] == [200, 200, 429]
    assert read(client, 4) == [200, 200, 200, 429]


def test_a_refused_request_does_nothing(cast, api):
    client = api.as_(cast.university_clerk)
    for title in ("甲成果", "乙成果", "丙成果"):
        answer = client.send("post", "/achievements", {"title": title})
    assert answer.status_code == 429
    assert sorted(Achievement.objects.values_list("title", flat=True)) == ["乙成果", "甲成果"]


def test_everyone_has_a_limit_of_their_own(cast, api):
    assert read(api.as_(cast.university_clerk), 4)[-1] == 429
    _row, token = issue(cast.university_clerk)

    assert read(api.as_(cast.university_clerk)) == [429]
    assert read(machine(token)) == read(api.as_(cast.broker)) == read(passer_by()) == [200]


def test_a_passer_by_is_known_by_the_socket_and_by_nothing_that_is_said(db):
    client = passer_by()
    assert read(client, 4)[-1] == 429

    for headers in ({"X-Forwarded-For": "198.51.100.7"}, {"Forwarded": "for=198.51.100.7"}, {"X-Real-IP": "1.2.3.4"}):
        assert client.get("/api/v1/me", headers=headers).status_code == 429

    assert read(passer_by()) == [200]


def test_an_ipv6_passer_by_is_his_network_of_which_he_has_all_addresses(db):
    home = passer_by().defaults["REMOTE_ADDR"]
    clients = [ApiClient(REMOTE_ADDR=f"{home[:-1]}{number}") for number in range(1, 5)]

    assert [read(client)[0] for client in clients] == [200, 200, 200, 429]


def test_a_page_past_the_limit_is_a_page(db):
    client = passer_by()
    for _ in range(4):
        answer = client.get("/accessibility/")

    assert answer.status_code == 429
    assert answer["Content-Type"].startswith("text/html")
    assert answer["Retry-After"].isdigit()
    assert "请求过于频繁" in answer.content.decode()


def test_strangers_who_write_shut_out_neither_sign_in_nor_signed_notices(cast):
    client = passer_by()
    address = "/i18n/setlang/"
    assert [client.post(address, {"language": "en"}).status_code for _ in range(3)][-1] == 429

    sign_in = {"login": "nobody@example.com", "password": "wrong"}
    assert [client.post("/accounts/login/", sign_in).status_code for _ in range(5)] == [200] * 4 + [429]
    assert [client.post("/webhooks/stripe", {}, content_type="application/json").status_code for _ in range(5)] == [
        400
    ] * 5
    assert [client.get("/readyz").status_code for _ in range(5)] == [200] * 5


def test_a_city_behind_one_address_signs_in(cast, settings):
    """More right sign-ins than allauth's own thirty a minute; an account that is guessed at is closed all the same."""
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign_in": "600/minute", "anonymous_write": "600/minute"}
    user = User.objects.get(pk=cast.broker.user_id)
    user.set_password("right-enough-1")
    user.save()
    city = passer_by()

    def sign_in(login: str, password: str) -> int:
        return ApiClient(**city.defaults).post("/accounts/login/", {"login": login, "password": password}).status_code

    for number in range(12):
        assert sign_in(f"stranger{number}@example.com", "wrong") == 200
    assert [sign_in(user.email, "right-enough-1") for _ in range(36)] == [302] * 36
    assert [sign_in(user.email, "wrong") for _ in range(6)][-1] == 200
    assert sign_in(user.email, "right-enough-1") == 200  # the form again, and not 302


def test_control_nothing_is_counted_where_limits_are_off(db, settings):
    settings.RATE_LIMIT = False

    assert read(passer_by(), 6) == [200] * 6


def test_without_valkey_everyone_is_served(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    limits._limiter.cache_clear()
    try:
        assert read(passer_by(), 6) == [200] * 6
    finally:
        limits._limiter.cache_clear()
