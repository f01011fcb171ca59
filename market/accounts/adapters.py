"""What allauth says and sends in the market's name."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import AddEmailForm, LoginForm, ResetPasswordForm, SignupForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from market.kernel import encryption, security_log
from market.kernel.forms import EmailField, FittingFields


class AccountAdapter(DefaultAccountAdapter):
    """Mails bear the market's name and its own address, whatever host the request named."""

    def format_email_subject(self, subject: str) -> str:
        return f"[{settings.MARKET_NAME}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = {"name": settings.MARKET_NAME, "domain": settings.PUBLIC_URL}
        links = {name: _public(url) for name, url in context.items() if name.endswith("_url")}
        super().send_mail(template_prefix, email, context | links | {"current_site": site})

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def clean_email(self, email: str) -> str:
        found: str = EmailField().clean(email)
        return found

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            security_log.note("sign_in", outcome="limited")
            raise


class MFAAdapter(DefaultMFAAdapter):
    """Authenticator apps and passkeys show the market's name; their secrets are kept encrypted."""

    PURPOSE = "market.accounts.second_factor"
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("验证码不正确或已过期：请输入验证器应用此刻显示的 6 位数字，或一个未用过的恢复代码")
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text, purpose=self.PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text, purpose=self.PURPOSE)

    def _get_site_name(self) -> str:
        return str(settings.MARKET_NAME)


class TidyLoginForm(FittingFields, LoginForm):
    """An address is known however it was copied, here and below."""


class TidyAddEmailForm(FittingFields, AddEmailForm):
    pass


class TidyResetPasswordForm(FittingFields, ResetPasswordForm):
    pass


class EvenSignupForm(FittingFields, SignupForm):
    """Asks for a name too, and takes as long for an address that has an account as for one that has none."""

    name = forms.CharField(label=_("姓名"), max_length=60, help_text=_("同事和业务往来的单位看到的称呼，以后可以修改"))
    field_order = ["name", "email", "password1", "password2"]

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        found: tuple[Any, HttpResponse | None] = super().try_save(request)
        return found


def _public(url: str) -> str:
    """The same page at the portal's own address."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.PUBLIC_URL}{parts.path}{query}" if settings.PUBLIC_URL else url


class KeyNameForm(FittingFields, AddWebAuthnForm):
    """A passkey's name, by the portal's word; the library's has no Chinese."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名称")
