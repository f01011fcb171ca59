"""What payers and receivers type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError

from contracts.payments.models import Payment, Rail
from contracts.payments.queries import refundable
from contracts.payments.rails import stripe
from contracts.payments.schemas import AccountNumber
from market.kernel.clock import today
from market.kernel.forms import AskingForm, Form
from market.pages.fields import VersionForm, date_field, money_field, scan_field, version_field

NUMBER: TypeAdapter[str] = TypeAdapter(AccountNumber)


class StartForm(Form):
    rail = forms.ChoiceField(label=_("支付方式"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rails = [Rail.BANK_TRANSFER, *([Rail.STRIPE] if stripe.is_available() else [])]
        field = self.fields["rail"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(rail.value, rail.label) for rail in rails]


class RejectForm(VersionForm):
    reason = forms.CharField(label=_("退回原因"), max_length=200)


class AccountForm(Form):
    version = version_field(first=0)
    holder = forms.CharField(label=_("户名"), min_length=2, max_length=120)
    bank = forms.CharField(label=_("开户行"), min_length=2, max_length=120)
    number = forms.CharField(label=_("账号"), max_length=60)

    def clean_number(self) -> str:
        try:
            number: str = NUMBER.validate_python(self.cleaned_data["number"])
        except ValidationError as error:
            raise forms.ValidationError(_("账号为 6 至 34 位数字或大写字母")) from error
        return number


class ProofForm(VersionForm):
    proof = scan_field(_("转账凭证"))
    paid_on = date_field(_("付款日期"))

    @classmethod
    def initial_of(cls, row: Payment) -> dict[str, Any]:
        return super().initial_of(row) | {"paid_on": today()}


class RefundForm(AskingForm, VersionForm):
    amount = money_field(_("退款金额（元）"))
    reason = forms.CharField(label=_("原因"), max_length=300)

    @classmethod
    def initial_of(cls, row: Payment) -> dict[str, Any]:
        return super().initial_of(row) | {"amount": refundable(row)}
