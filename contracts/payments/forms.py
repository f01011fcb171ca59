"""What payers and receivers type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError

from contracts.payments.models import Rail
from contracts.payments.rails import stripe
from contracts.payments.schemas import AccountNumber
from market.kernel.forms import Form
from market.kernel.money import MAX_AMOUNT

NUMBER: TypeAdapter[str] = TypeAdapter(AccountNumber)


class StartForm(Form):
    rail = forms.ChoiceField(label=_("支付方式"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rails = [Rail.BANK_TRANSFER, *([Rail.STRIPE] if stripe.is_available() else [])]
        field = self.fields["rail"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(rail.value, rail.label) for rail in rails]


class VersionForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class RejectForm(VersionForm):
    reason = forms.CharField(label=_("退回原因"), max_length=200)


class AccountForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
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
    proof = forms.FileField(
        label=_("转账凭证"),
        help_text=_("PDF、JPG 或 PNG，不超过 20 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    paid_on = forms.DateField(label=_("付款日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class RefundForm(VersionForm):
    amount = forms.DecimalField(label=_("退款金额（元）"), max_value=MAX_AMOUNT, max_digits=16, decimal_places=2)
    reason = forms.CharField(label=_("原因"), max_length=300)
