"""Signing in with e-mail and password, and what the cookies of a session are like."""

import os
import re
import subprocess
import sys
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from market.accounts.models import User
from tests.conftest import ApiClient

PASSWORD = "correct-horse-9"
WRONG = "wrong-horse-9"
LOGIN = "/accounts/login/"


def visitor() -> ApiClient:
    """A browser at an address of its own: tries are counted by address for minutes, beyond one test."""
    number = uuid4().int
    return ApiClient(REMOTE_ADDR=f"2001:db8:{number & 0xFFFF:x}:{number >> 16 & 0xFFFF:x}::1")


def account(email: str = "", *, is_active: bool = True) -> User:
    user = User.objects.create_user(email or f"{uuid4().hex}@example.com", PASSWORD, name="来访者", is_active=is_active)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client: ApiClient, email: str, password: str = PASSWORD, **fields: str):
    return client.post(LOGIN, {"login": email, "password": password} | fields)


def is_signed_in(client: ApiClient) -> bool:
    return client.get("/organisation/").status_code != 401


@pytest.mark.django_db
def test_the_right_password_signs_in():
    client, user = visitor(), account()

    answer = sign_in(client, user.email)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.send("get", "/me").json()["name"] == "来访者"


@pytest.mark.django_db
def test_an_address_is_the_same_in_capitals():
    client, user = visitor(), account()

    sign_in(client, user.email.upper())

    assert is_signed_in(client)


@pytest.mark.django_db
def test_a_wrong_password_and_an_unknown_person_get_the_same_answer():
    email = f"{uuid4().hex}@example.com"
    unknown = sign_in(visitor(), email, WRONG)
    account(email)
    client = visitor()
    wrong = sign_in(client, email, WRONG)

    def told(answer):
        return re.sub(r"\b[A-Za-z0-9]{64}\b", "a token", answer.content.decode())

    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert told(wrong) == told(unknown)
    assert "errorlist" in told(wrong)
    assert is_signed_in(client) is False


@pytest.mark.django_db
def test_who_is_no_longer_active_does_not_get_in():
    client, user = visitor(), account(is_active=False)

    sign_in(client, user.email)

    assert is_signed_in(client) is False


@pytest.mark.django_db
def test_a_session_ends_when_its_person_is_made_inactive():
    client, user = visitor(), account()
    sign_in(client, user.email)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert is_signed_in(client) is False


@pytest.mark.django_db
def test_who_is_suspended_is_told_so_and_not_that_something_was_never_done():
    client, user = visitor(), account()
    User.objects.filter(pk=user.pk).update(is_active=False)

    page = client.get(sign_in(client, user.email).url).content.decode()

    assert "<h1>账户已停用</h1>" in page
    assert "未激活" not in page


@pytest.mark.django_db
def test_guessing_is_stopped_even_when_the_guess_is_right():
    client, user = visitor(), account()

    for _ in range(5):
        sign_in(client, user.email, WRONG)
    sign_in(client, user.email)

    assert is_signed_in(client) is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/inbox/", "/inbox/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_signing_in_one_stays_in_the_portal(wanted, location):
    answer = sign_in(visitor(), account().email, next=wanted)

    assert answer["Location"] == location


@pytest.mark.django_db
def test_scripts_and_other_sites_do_not_get_at_the_cookies():
    client, user = visitor(), account()

    client.get(LOGIN)
    sign_in(client, user.email)

    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert csrf["samesite"] == "Lax"


def test_over_https_cookies_travel_nowhere_else():
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    program = f"from market.config import settings as s; print([getattr(s, name) for name in {names}])"

    said = {
        value: subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"SECURE": value, "SECRET_KEY": "for-this-test"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for value in ("true", "false")
    }

    assert said == {"true": "[True, True, True, 31536000]", "false": "[False, False, False, 0]"}


@pytest.mark.django_db
def test_a_session_from_before_signing_in_is_not_the_one_after():
    client, user = visitor(), account()
    session = client.session
    session["planted"] = "x"
    session.save()
    before = client.cookies["sessionid"].value

    sign_in(client, user.email)

    assert client.cookies["sessionid"].value != before
    assert is_signed_in(client)


@pytest.mark.django_db
def test_signing_out_ends_the_session_on_the_server():
    client, user = visitor(), account()
    sign_in(client, user.email)
    thief = visitor()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_signed_in(thief)

    client.post("/accounts/logout/")

    assert is_signed_in(thief) is False


def test_a_session_writes_only_with_its_csrf_token(cast):
    client = ApiClient(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=cast.operator.user_id))
    path = f"/api/v1/organisations/{cast.agency.id}/verify"
    refused = client.post(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")

    client.get("/inbox/")
    token = client.cookies["csrftoken"].value

    assert client.post(path, headers={"X-CSRFToken": token, "If-Match": '"1"'}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/accounts/signup/", {"name": "新人", "password1": PASSWORD, "password2": PASSWORD}),
        ("/accounts/password/reset/", {}),
    ],
)
def test_nobody_learns_by_a_form_who_has_an_account(path, fields):
    known, unknown = account().email, f"{uuid4().hex}@example.com"

    answers = [visitor().post(path, {"email": email} | fields) for email in (known, unknown)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, answers[0]["Location"])] * 2
    assert sorted(message.to[0] for message in mail.outbox) == sorted([known, unknown])


@pytest.mark.django_db
def test_who_signs_up_gets_in_after_opening_the_link_in_the_mail():
    client, email = visitor(), f"{uuid4().hex}@example.com"
    client.post("/accounts/signup/", {"name": "王小明", "email": email, "password1": PASSWORD, "password2": PASSWORD})
    sign_in(client, email)
    assert is_signed_in(client) is False

    client.post(link_in_the_mail())
    sign_in(client, email)

    assert is_signed_in(client)
    assert User.objects.get(email=email).name == "王小明"


def link_in_the_mail() -> str:
    found = re.search(r"https?://[^/\s]+(/accounts/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]
