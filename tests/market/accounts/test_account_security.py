"""A session is not the account: changes ask for the password, the owner is told, and mails name the market."""

import logging
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from market.accounts.models import User
from market.kernel import clock
from tests import story
from tests.market.accounts.desk import actions, issue, machine
from tests.market.accounts.hashers import CountingHasher
from tests.market.accounts.test_second_factor import english
from tests.market.accounts.test_sign_in import PASSWORD, WRONG, account, is_signed_in, sign_in, visitor
from tests.running import run_workers

NEW = "another-horse-10"
PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/confirm-email/",
    "/accounts/inactive/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/sessions/",
    "/accounts/logout/",
]


def signed_in(user: User):
    client = visitor()
    sign_in(client, user.email)
    return client


def let_time_pass(client) -> None:
    """The password was typed too long ago to count."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()


@pytest.mark.django_db
@pytest.mark.parametrize("late", [True, False], ids=["long after signing in", "control: just signed in"])
def test_a_stolen_session_adds_no_address(late):
    user = account()
    thief = signed_in(user)
    thief.post("/accounts/reauthenticate/", {"password": PASSWORD})
    if late:
        let_time_pass(thief)

    answer = thief.post("/accounts/email/", {"action_add": "", "email": "thief@example.com"})

    assert EmailAddress.objects.filter(email="thief@example.com").exists() is not late
    assert answer["Location"].startswith("/accounts/reauthenticate/") is late


@pytest.mark.django_db
def test_a_stolen_session_changes_no_password():
    user = account()
    thief = signed_in(user)

    thief.post("/accounts/password/change/", {"oldpassword": WRONG, "password1": NEW, "password2": NEW})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_the_old_address_is_told_of_a_new_one():
    user = account()
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    EmailAddress.objects.create(user=user, email="new@example.com", verified=True)

    client.post("/accounts/email/", {"action_primary": "", "email": "new@example.com"})

    told = mail.outbox[-1]
    assert (told.to, "您的账户发生了以下变动" in told.body) == ([user.email], True)
    assert "person.email_changed" in actions(user)


@pytest.mark.django_db
def test_the_owner_is_told_of_a_new_password():
    user = account()
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert (mail.outbox[-1].to, actions(user)) == ([user.email], ["person.password_changed"])


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "stays"), [(239, True), (241, False)])
def test_a_session_that_nobody_uses_ends(settings, minutes, stays):
    settings.SESSION_IDLE_MINUTES = 240
    client = signed_in(account())
    assert is_signed_in(client)
    session = client.session
    session["seen_at"] = int((clock.now() - timedelta(minutes=minutes)).timestamp())
    session.save()

    assert is_signed_in(client) is stays


@pytest.mark.django_db
def test_one_sees_where_one_is_signed_in_and_ends_the_others():
    user = account()
    here, there = signed_in(user), signed_in(user)
    assert here.get("/accounts/sessions/").content.decode().count("<tr") == 3

    here.post("/accounts/sessions/")

    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


@pytest.mark.django_db
def test_links_in_mails_lead_to_the_portal_whatever_host_was_asked(settings):
    settings.PUBLIC_URL = "https://market.example"
    email = f"{uuid4().hex}@example.com"

    forms = {
        "/accounts/signup/": {"name": "新人", "password1": PASSWORD, "password2": PASSWORD},
        "/accounts/password/reset/": {},
    }
    for path, fields in forms.items():
        for address in (email, account().email, f"{uuid4().hex}@example.com"):
            visitor().post(path, {"email": address} | fields, headers={"Host": "127.0.0.1:1"})

    assert len(mail.outbox) >= 5
    links = [link for letter in mail.outbox for link in re.findall(r"https?://\S+", str(letter.body))]
    assert len(links) >= len(mail.outbox)
    assert [link for link in links if not link.startswith("https://market.example")] == []


@pytest.mark.django_db
def test_mails_bear_the_markets_name_and_are_in_chinese(settings):
    settings.PUBLIC_URL = "https://market.example"
    user = account()
    fresh = {"name": "新人", "email": f"{uuid4().hex}@example.com", "password1": PASSWORD, "password2": PASSWORD}
    visitor().post("/accounts/signup/", fresh)
    visitor().post("/accounts/signup/", fresh | {"email": user.email})
    for email in (user.email, f"{uuid4().hex}@example.com"):
        visitor().post("/accounts/password/reset/", {"email": email})

    assert len(mail.outbox) == 4
    for letter in mail.outbox:
        assert letter.subject.startswith(f"[{settings.MARKET_NAME}] "), letter.subject
        assert "127.0.0.1:" not in letter.body.replace("127.0.0.1)", "")
        assert "Hello" not in letter.body
        assert english(f"<main>{letter.subject}\n{letter.body}</main>") == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_an_account_are_in_chinese(page):
    client = visitor()
    if page in {"/accounts/email/", "/accounts/password/change/", "/accounts/reauthenticate/", "/accounts/sessions/"}:
        client = signed_in(account())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    answer = client.get(page, follow=True)

    assert english(answer.content.decode()) == []
    assert re.findall("帐.|账号", answer.content.decode()) == []  # 账户, as everywhere


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    ["short", "password123", "1234567890", "Summer2026", "qwertyuiop12", "Ruijin2026!", "woaini5201314", "wangwei1988"],
)
def test_a_weak_password_is_refused_in_chinese(password):
    fields = {"name": "新人", "email": f"{uuid4().hex}@example.com", "password1": password, "password2": password}

    answer = visitor().post("/accounts/signup/", fields)

    assert answer.context["form"].errors["password1"]
    assert english(answer.content.decode()) == []


@pytest.mark.django_db
def test_nobody_is_pestered_with_mail_that_strangers_ask_for():
    pestered, began = f"{uuid4().hex}@example.com", timezone.now()

    for minute in range(0, 44, 2):
        with time_machine.travel(began + timedelta(minutes=minute)):
            visitor().post("/accounts/password/reset/", {"email": pestered})

    assert [told.to for told in mail.outbox] == [[pestered]] * 20


@pytest.mark.django_db
def test_signing_up_hashes_as_often_for_an_address_that_has_an_account(settings):
    """Hashing is what takes the time; a second less would tell who has an account."""
    user = account()
    settings.PASSWORD_HASHERS = ["tests.market.accounts.hashers.CountingHasher"]
    counts = []
    for email in (user.email, f"{uuid4().hex}@example.com"):
        before = CountingHasher.count
        visitor().post(
            "/accounts/signup/", {"name": "新人", "email": email, "password1": PASSWORD, "password2": PASSWORD}
        )
        counts.append(CountingHasher.count - before)

    assert counts[0] == counts[1] >= 1


@pytest.mark.django_db
def test_a_link_to_reset_lives_for_hours(settings):
    assert timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) <= timedelta(hours=4)


@pytest.mark.django_db
def test_the_admin_has_no_sign_in_of_its_own():
    answer = visitor().get("/admin/login/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def lines(caplog) -> list[tuple[str, str]]:
    """Event and outcome of each line of the security log."""
    told = [record.msg for record in caplog.records if record.name == "security" and isinstance(record.msg, dict)]
    return [(line["event"], line["outcome"]) for line in told]


@pytest.mark.django_db
def test_sign_ins_and_changes_are_told_to_the_security_log(caplog, django_capture_on_commit_callbacks):
    caplog.set_level(logging.INFO)
    user, client = account(), visitor()
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(client, user.email, WRONG)
        sign_in(client, user.email)
        client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
        client.post("/accounts/logout/")

    assert {("sign_in", "failed"), ("sign_in", "done"), ("sign_out", "done")} <= set(lines(caplog))
    first = next(record.msg for record in caplog.records if record.name == "security")
    assert (first["user"], first["peer"].startswith("2001:db8")) == (str(user.id), True)
    assert len(first["request_id"]) == 32
    said = str([record.msg for record in caplog.records])
    assert (PASSWORD in said, WRONG in said, NEW in said, user.email in said) == (False,) * 4


def test_every_file_that_leaves_is_told_to_the_security_log(cast, api, caplog):
    contract = story.signed(cast).contract
    document = f"/api/v1/contracts/{contract.id}/document"
    addresses = ["/audit/verifier/", "/api/v1/turnover/breakdown.csv?year=2026", "/exchange/v1/listings", document]
    client, other = api.as_(cast.auditor), api.as_(cast.other_clerk)
    caplog.set_level(logging.INFO)

    statuses = [client.get(address).status_code for address in addresses]
    refused = other.get(document).status_code

    told = [record.msg for record in caplog.records if record.name == "security" and isinstance(record.msg, dict)]
    assert (statuses, refused) == ([200] * 4, 404)
    assert [(line["event"], line["of"]) for line in told] == [("export", [])] * 3 + [("export", [str(contract.id)])]
    assert {line["person"] for line in told} == {str(cast.auditor.user_id)}
    assert {len(line["request_id"]) for line in told} == {32}


def test_keys_and_roles_are_told_to_the_security_log(cast, caplog, django_capture_on_commit_callbacks):
    caplog.set_level(logging.INFO)
    with django_capture_on_commit_callbacks(execute=True):
        row, token = issue(cast.university_clerk)
    row.revoked_at = timezone.now()
    row.save()

    machine(token).send("get", "/me")
    run_workers()

    assert lines(caplog) == [("api_key.issued", "done"), ("api_key.used", "ended")]
    assert token.split("_", 2)[2] not in str([record.msg for record in caplog.records])
