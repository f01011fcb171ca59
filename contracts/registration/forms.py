"""What registrars and applicants type."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.registration import queries, rules
from contracts.registration.facts import CORRECTABLE, REGION, Fact
from contracts.registration.models import Attachment, Registration
from contracts.registration.services import standing_facts
from market.kernel.clock import today
from market.kernel.forms import AskingForm, Form
from market.pages.fields import VersionForm, date_field, money_field, scan_field
from market.reference import queries as reference
from market.reference.locations import LocationField


class ApplyForm(Form):
    office_id = forms.ChoiceField(label=_("登记机构"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["office_id"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(office.id), office.name) for office in queries.offices()]


class GroundsForm(VersionForm):
    grounds = forms.MultipleChoiceField(
        label=_("原因"),
        choices=[(ground.value, label) for ground, label in rules.GROUND_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    remark = forms.CharField(label=_("意见"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AttachForm(VersionForm):
    kind = forms.ChoiceField(label=_("材料"), choices=Attachment.Kind.choices)
    document = scan_field(_("文件"))


class NumberForm(AskingForm, VersionForm):
    """Asks about amounts and about the typed number."""

    QUESTIONS: ClassVar[dict[str, str | Promise]] = AskingForm.QUESTIONS | {
        "registration_no": _("登记编号已核对，照录无误")
    }


LINE = re.compile(r"([\d.,-]+)(?:\s*元[\s:]*|[\s:]+|$)(.*)")


class DifferencesField(forms.CharField):
    """One item a line: the amount in yuan, then why it is not recognised."""

    def clean(self, value: Any) -> Any:
        found = []
        for line in super().clean(value).splitlines():
            # NFKC: full-width digits, commas and blanks are what a Chinese keyboard types.
            line = unicodedata.normalize("NFKC", line).strip()
            if not line:
                continue
            said = LINE.fullmatch(line)
            try:
                amount, reason = said.groups() if said else ("", "")
                found.append(rules.Difference(Decimal(amount.replace(",", "")), reason))
            except InvalidOperation as error:
                raise forms.ValidationError(_("每行一项：金额（元） 理由"), code="line") from error
        return found


def recognition(row: Registration) -> dict[str, Any]:
    """What is recognised by now; else the contract's amounts, and today."""
    return {
        "registration_no": row.registration_no,
        "registered_on": row.registered_on or today(),
        "contract_amount": row.contract_amount or row.contract.contract_amount,
        "technology_amount": row.technology_amount or row.contract.technology_amount,
    }


class RegisterForm(NumberForm):
    registration_no = forms.CharField(
        label=_("登记编号"), max_length=40, help_text=_("全国技术合同管理与服务系统给出的 16 位编号，请照录")
    )
    registered_on = date_field(_("登记日期"))
    contract_amount = money_field(_("认定成交额（元）"))
    technology_amount = money_field(_("认定技术交易额（元）"))
    differences = DifferencesField(
        label=_("认定金额低于合同金额的理由"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("仅在认定金额与合同不一致时填写，每行一项：金额（元） 理由；各项合计等于差额"),
    )

    @classmethod
    def initial_of(cls, row: Registration) -> dict[str, Any]:
        return super().initial_of(row) | recognition(row)


class AmendForm(AskingForm, VersionForm):
    contract_amount = money_field(_("变更后成交额（元）"))
    technology_amount = money_field(_("变更后技术交易额（元）"))
    effective_on = date_field(_("变更日期"))
    reason = forms.CharField(label=_("变更原因"), max_length=500)
    document = scan_field(_("补充协议"))

    @classmethod
    def initial_of(cls, row: Registration) -> dict[str, Any]:
        return super().initial_of(row) | recognition(row) | {"effective_on": today()}


class EndForm(VersionForm):
    effective_on = date_field(_("生效日期"))
    reason = forms.CharField(label=_("原因"), max_length=500)
    document = scan_field(_("依据文件"), help_text=_("解除协议、决定书等；PDF、JPG 或 PNG，不超过 20 MB"))

    @classmethod
    def initial_of(cls, row: Registration) -> dict[str, Any]:
        return super().initial_of(row) | {"effective_on": today()}


class CorrectForm(NumberForm):
    """Every fact as it stands, to be put right where it is wrong; a region is typed, the others are chosen."""

    registration_no = forms.CharField(label=_("正确的登记编号"), max_length=40, required=False)
    registered_on = date_field(_("正确的登记日期"), required=False)
    contract_amount = money_field(_("正确的成交额（元）"))
    technology_amount = money_field(_("正确的技术交易额（元）"))
    reason = forms.CharField(label=_("更正原因"), max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, fact in CORRECTABLE.items():
            self.fields[name] = _fact_field(fact)
        self.order_fields(["version", *CORRECTABLE])

    @classmethod
    def initial_of(cls, row: Registration) -> dict[str, Any]:
        return super().initial_of(row) | recognition(row) | dict(standing_facts(row))

    def values(self) -> dict[str, Any]:
        values = dict(super().values())
        return {"facts": {name: values.pop(name) for name in CORRECTABLE}, **values}


def _fact_field(fact: Fact) -> forms.Field:
    is_required = not fact.is_optional
    if fact.scheme == REGION:
        return LocationField(label=fact.label, required=is_required, help_text=_("行政区划代码，6 位数字"))
    choices = [("", _("无")), *reference.choices(fact.scheme, today())]
    return forms.ChoiceField(label=fact.label, required=is_required, choices=choices)
