"""Who moves money or the figure shows a second factor: pages, the API and the issuing of keys ask for it alike."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import InvalidToken
from django.core import mail
from django.core.cache import cache

from market.accounts.models import Membership, User
from tests.cast import own_address
from tests.market.accounts.desk import refusal
from tests.market.accounts.test_sign_in import PASSWORD, account, is_signed_in, sign_in, visitor

SETUP = "/accounts/2fa/"


@pytest.fixture(autouse=True)
def _required(settings):
    settings.MFA_ROLES = ["operator", "registrar", "high_value_approver", "finance"]


def enrol(user: User) -> str:
    """The user's authenticator app; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.mark.parametrize("name", ["operator", "registrar", "approver", "university_finance"])
def test_a_role_of_consequence_acts_only_with_a_second_factor(cast, api, name):
    actor = getattr(cast, name)
    client = api.as_(actor)

    page, call = client.get("/registrations/"), client.send("get", "/me")
    assert (page.status_code, page["Location"], refusal(call)) == (302, SETUP, (403, "second_factor_required"))
    assert client.get(SETUP).status_code == 200

    enrol(User.objects.get(pk=actor.user_id))
    assert (client.get("/registrations/").status_code, client.send("get", "/me").status_code) == (200, 200)


@pytest.mark.parametrize("name", ["university_clerk", "broker", "leader", "stranger"])
def test_other_roles_may_do_without(cast, api, name):
    assert api.as_(getattr(cast, name)).send("get", "/me").status_code == 200


def test_staff_needs_it_for_the_admin(cast, api):
    User.objects.filter(pk=cast.stranger.user_id).update(is_staff=True)
    client = api.as_(cast.stranger)

    assert client.get("/admin/")["Location"] == SETUP
    enrol(User.objects.get(pk=cast.stranger.user_id))
    assert client.get("/admin/").status_code == 200


def test_a_manager_with_such_a_role_issues_no_key_without_it(cast, api):
    Membership.objects.filter(user=cast.university_clerk.user_id).update(roles=["manager", "finance"])
    body = {"name": "接口", "roles": ["finance"], "scopes": ["payments:read"]}

    assert refusal(api.as_(cast.university_clerk).send("post", "/api-keys", body)) == (403, "second_factor_required")


def test_where_no_role_is_named_nothing_is_asked(cast, api, settings):
    settings.MFA_ROLES = []

    assert api.as_(cast.operator).send("get", "/me").status_code == 200


@pytest.mark.django_db
def test_the_password_alone_does_not_sign_in_who_has_a_second_factor():
    client, user = visitor(), account()
    secret = enrol(user)

    first = sign_in(client, user.email)
    assert first["Location"].startswith("/accounts/2fa/authenticate/")
    assert is_signed_in(client) is False

    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000" if code(secret) != "000000" else "111111"})
    assert is_signed_in(client) is False
    assert "验证码不正确或已过期：请输入验证器应用此刻显示的 6 位数字" in wrong.content.decode()

    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert is_signed_in(client)


@pytest.mark.django_db
def test_a_recovery_code_signs_in_once():
    client, user = visitor(), account()
    sign_in(client, user.email)
    activate(client)
    recovery = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap()
    spare = recovery.get_unused_codes()[0]

    signed_in = []
    for _ in range(2):
        again = visitor()
        sign_in(again, user.email)
        again.post("/accounts/2fa/authenticate/", {"code": spare})
        signed_in.append(is_signed_in(again))

    assert signed_in == [True, False]


def activate(client) -> None:
    """Set up an authenticator app on the page, which asks for the password first."""
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert answer.status_code == 302, answer.content


def test_sessions_from_before_the_second_factor_end_when_it_is_set_up(committed_db):
    own, thief, user = visitor(), visitor(), account()
    sign_in(own, user.email)
    sign_in(thief, user.email)
    assert is_signed_in(thief)

    activate(own)

    assert (is_signed_in(own), is_signed_in(thief)) == (True, False)
    told = mail.outbox[-1]
    assert (told.to, "您的账户发生了以下变动" in told.body, english(f"<main>{told.body}</main>")) == (
        [user.email],
        True,
        [],
    )


def test_the_secrets_are_kept_encrypted_and_those_of_before_are_read(cast, settings):
    user = User.objects.get(pk=cast.operator.user_id)
    secret = enrol(user)
    row = Authenticator.objects.get(user=user)
    kept = row.data["secret"]

    assert (secret in kept, row.wrap().validate_code(code(secret))) == (False, True)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key-of-the-tests", [settings.SECRET_KEY]
    cache.clear()  # a code is good once
    assert row.wrap().validate_code(code(secret))

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        row.wrap().validate_code(code(secret))

    row.data["secret"] = secret
    cache.clear()
    assert row.wrap().validate_code(code(secret))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page",
    ["/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"],
)
def test_its_pages_are_in_chinese_and_run_under_the_strict_policy(page):
    client, user = visitor(), account()
    sign_in(client, user.email)
    if page.endswith("/webauthn/"):
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "钥匙"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    html = client.get(page).content.decode()

    inline = [
        tag for tag in re.findall(r"<script\b[^>]*>", html) if "src=" not in tag and "application/json" not in tag
    ]
    assert (inline, " style=" in html, "onclick" in html) == ([], False, False)
    assert english(html) == []


def english(html: str) -> list[str]:
    """Sentences and labels that are not Chinese, apart from what is the same in both languages."""
    body = html[html.index("<main") : html.index("</main>")]
    text = re.sub(r"<script.*?</script>|<[^>]+>", "\n", body, flags=re.S)
    return [
        line.strip()
        for line in text.split("\n")
        if re.search(r"[A-Za-z]{3,} [A-Za-z]{2,}|^[A-Z][a-z]{2,}[:：]?$", line.strip())
    ]


def test_the_operators_own_address_is_shown_in_the_app_under_the_markets_name(cast, api, settings):
    own_address(cast.operator)
    user = User.objects.get(pk=cast.operator.user_id)

    from allauth.core import context
    from allauth.mfa.adapter import get_adapter
    from django.test import RequestFactory

    with context.request_context(RequestFactory().get("/")):
        url = get_adapter().build_totp_url(user, "SECRET")

    assert "issuer=%E7%91%9E%E9%87%91" in url
