"""Passkeys in a browser, with an authenticator of Chromium's own: added, asked for, and enough."""

import pytest

from tests.e2e.desk import Desk

pytestmark = pytest.mark.e2e
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def has_an_authenticator(desk: Desk) -> None:
    session = desk.context.new_cdp_session(desk.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def gives_the_password_again(desk: Desk) -> None:
    desk.page.get_by_label("密码").fill(desk.portal.password)
    desk.page.get_by_role("button", name="确认").click()
    desk.page.wait_for_url("**/2fa/webauthn/**")


def test_a_passkey_is_added_and_then_asked_for_after_the_password(sit_down):
    # The standard knows names only, no addresses in digits.
    desk = sit_down(host="localhost")
    has_an_authenticator(desk)
    desk.sign_in("textile@example.com")

    desk.open("/accounts/2fa/webauthn/add/")
    gives_the_password_again(desk)
    desk.page.get_by_label("名称").fill("办公室的钥匙")
    desk.page.locator("#mfa_webauthn_add").click()
    desk.page.get_by_text("已添加安全密钥").wait_for()

    desk.context.clear_cookies()
    desk.open("/accounts/login/")
    desk.page.fill("input[name=login]", "textile@example.com")
    desk.page.fill("input[name=password]", desk.portal.password)
    desk.page.locator("main form button[type=submit]").first.click()
    desk.page.get_by_role("button", name="使用安全密钥").click()
    desk.page.get_by_role("button", name="退出").wait_for()

    # The demo city is everybody's: the account ends as it began.
    desk.open("/accounts/2fa/webauthn/")
    desk.follow("移除")
    gives_the_password_again(desk)
    desk.page.locator("main form button[type=submit]").first.click()
    desk.page.get_by_text("尚未添加安全密钥").wait_for()
