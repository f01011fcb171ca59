"""Whose address counts behind a reverse proxy."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pydantic import ValidationError

from market.config.environment import Environment
from market.kernel import proxies

PROXY = "10.1.2.3"


@pytest.fixture
def _behind_a_proxy(settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "192.0.2.9/32"]


@pytest.mark.usefixtures("_behind_a_proxy")
@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("198.51.100.7, 203.0.113.5", "203.0.113.5"),  # what stands before it, the client wrote itself
        ("203.0.113.5, 192.0.2.9", "203.0.113.5"),
        ("2001:db8::5", "2001:db8::5"),
        ("10.9.9.9", "10.9.9.9"),
        ("", PROXY),
        ("unknown", PROXY),
        ("203.0.113.5, <script>", PROXY),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy_is_the_client(said, client):
    assert proxies.client_of(said, PROXY) == client


@pytest.mark.usefixtures("_behind_a_proxy")
def test_each_visitor_behind_the_proxy_has_a_limit_of_his_own(db, settings):
    settings.RATE_LIMIT = True
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"anonymous_read": "1/minute"}

    def read(visitor: str, peer: str = PROXY) -> int:
        return Client(REMOTE_ADDR=peer).get("/api/v1/me", headers={"X-Forwarded-For": visitor}).status_code

    assert [read("2001:db8:0:a1::1"), read("2001:db8:0:a1::1"), read("2001:db8:0:a2::1")] == [200, 429, 200]
    # From an address that is no proxy of ours the header is only a claim.
    assert [read("2001:db8:0:a3::1", "2001:db8:0:b1::1"), read("2001:db8:0:a4::1", "2001:db8:0:b1::1")] == [200, 429]


@pytest.mark.usefixtures("_behind_a_proxy")
def test_sign_in_counts_failures_by_the_visitor_and_not_by_the_proxy(cast, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "1/m/ip"}

    def sign_in(visitor: str) -> bool:
        form = {"login": "nobody@example.com", "password": "wrong"}
        answer = Client(REMOTE_ADDR=PROXY).post("/accounts/login/", form, headers={"X-Forwarded-For": visitor})
        return "过多" in answer.content.decode() or answer.status_code == 429

    assert [sign_in("2001:db8:0:c1::1"), sign_in("2001:db8:0:c1::1"), sign_in("2001:db8:0:c2::1")] == [
        False,
        True,
        False,
    ]


def test_a_misspelt_proxy_stops_the_start():
    with pytest.raises((ValidationError, ImproperlyConfigured)):
        Environment(trusted_proxies="10.0.0.0/8, proxy.example")

    assert Environment(trusted_proxies="10.1.2.3/8 ,::1").trusted_proxies == ["10.0.0.0/8", "::1/128"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_metrics_are_told_to_no_one_behind_a_proxy(db, header):
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={header: "198.51.100.7"}).status_code == 404


def test_metrics_need_the_whole_token_where_one_is_set(db, settings):
    settings.METRICS_TOKEN = "tell-me"
    answers = [
        Client().get("/metrics", headers={"Authorization": said}) for said in ("Bearer tell-me", "Bearer tell-", "é")
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 404]


def test_an_invented_method_adds_no_series(db):
    for method in ("BREW", "X" * 40):
        Client().generic(method, "/livez")

    text = Client().get("/metrics").content.decode()
    assert 'method="other"' in text
    assert "BREW" not in text
