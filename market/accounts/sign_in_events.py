"""What allauth and Django tell of accounts: a line of the security log, and an audit row for each change."""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.http import HttpRequest

from market.accounts.models import User
from market.kernel import audit, clock, security_log
from market.kernel.actor import Actor


def signed_in(user: User, **_: Any) -> None:
    security_log.note("sign_in", user=user.id)


def signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        security_log.note("sign_out", user=user.id)


def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    known = User.objects.filter(email=str(credentials.get("email", "")).strip().lower()).values_list("id", flat=True)
    security_log.note("sign_in", outcome="failed", user=known.first() or "unknown")


def second_factor_failed(user: User, **_: Any) -> None:
    security_log.note("second_factor.used", outcome="failed", user=user.id)


def signed_up(user: User, **_: Any) -> None:
    _change("person.signed_up", user)


def password_changed(user: User, **_: Any) -> None:
    _change("person.password_changed", user)


def password_reset(user: User, **_: Any) -> None:
    _change("person.password_reset", user)


def email_added(user: User, **_: Any) -> None:
    _change("person.email_added", user)


def email_confirmed(email_address: EmailAddress, **_: Any) -> None:
    _change("person.email_confirmed", email_address.user)


def email_removed(user: User, **_: Any) -> None:
    _change("person.email_removed", user)


def email_changed(user: User, **_: Any) -> None:
    _change("person.email_changed", user)


def second_factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Whoever was signed in before by the password alone signs in again, with the second factor."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
        user.refresh_from_db(fields=["session_generation"])
        update_session_auth_hash(request, user)
        _change("person.second_factor_added", user, type=str(authenticator.type))


def second_factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    _change("person.second_factor_removed", user, type=str(authenticator.type))


def second_factor_reset(user: User, authenticator: Any, **_: Any) -> None:
    _change("person.second_factor_reset", user, type=str(authenticator.type))


@transaction.atomic
def _change(action: str, user: User, **facts: str) -> None:
    audit.record(
        action, actor=Actor(user_id=user.id, name=str(user)), subject=user, at=clock.now(), changes=facts or None
    )
    security_log.note(action, user=user.id, **facts)


RECEIVERS: tuple[tuple[Signal, Callable[..., None]], ...] = (
    (account.user_logged_in, signed_in),
    (account.user_logged_out, signed_out),
    (user_login_failed, sign_in_failed),
    (mfa.authentication_failed, second_factor_failed),
    (account.user_signed_up, signed_up),
    (account.password_changed, password_changed),
    (account.password_set, password_changed),
    (account.password_reset, password_reset),
    (account.email_added, email_added),
    (account.email_confirmed, email_confirmed),
    (account.email_removed, email_removed),
    (account.email_changed, email_changed),
    (mfa.authenticator_added, second_factor_added),
    (mfa.authenticator_removed, second_factor_removed),
    (mfa.authenticator_reset, second_factor_reset),
)
