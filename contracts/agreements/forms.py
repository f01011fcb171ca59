"""What drafters type; the API takes every field, the form takes what a plain contract needs."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.agreements.data import ContractData
from contracts.agreements.models import ContractType, Deduction, TechnologyContract
from market.kernel.clock import today
from market.kernel.forms import Form
from market.kernel.money import MAX_AMOUNT
from market.reference import queries as reference


def amount(label: Any, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, min_value=0, max_value=MAX_AMOUNT, max_digits=16, decimal_places=2
    )


def clause(label: Any, limit: int = 3000) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=False, widget=forms.Textarea(attrs={"rows": 3}))


def day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


PATENT_FIELDS = ("title", "application_no", "applicant", "filed_on")


class ContractForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    contract_type = forms.ChoiceField(label=_("合同类型"), choices=ContractType.choices)
    subtype = forms.ChoiceField(label=_("合同子类型"), required=False)
    license_mode = forms.ChoiceField(
        label=_("许可方式"),
        required=False,
        choices=[("", _("不适用")), *TechnologyContract.LicenseMode.choices],
        help_text=_("技术许可合同未约定的，视为普通许可"),
    )
    title = forms.CharField(label=_("项目名称"), min_length=2, max_length=200)
    contract_amount = amount(_("合同成交额（元）"))
    deduction_kind = forms.ChoiceField(
        label=_("非技术性费用类别"), required=False, choices=[("", _("无")), *Deduction.Kind.choices]
    )
    deduction_amount = amount(_("非技术性费用（元）"), required=False)
    technology_amount = amount(_("技术交易额（元）"))
    payment_method = forms.ChoiceField(label=_("支付方式"), choices=TechnologyContract.PaymentMethod.choices)
    first_instalment = amount(_("首期付款（元）"))
    valid_from = day(_("有效期起"))
    valid_until = day(_("有效期止"))
    technology_field = forms.ChoiceField(label=_("技术领域"))
    ip_type = forms.ChoiceField(label=_("知识产权类型"))
    plan_source = forms.ChoiceField(label=_("计划来源"))
    expected_new_investment = amount(_("预计新增投入（元）"), required=False)
    expected_new_output = amount(_("预计新增产值（元）"), required=False)
    subject_matter = clause(_("标的的内容、范围和要求"), 5000)
    performance_plan = clause(_("履行的计划、地点和方式"), 5000)
    confidentiality = clause(_("技术信息和资料的保密"))
    ip_ownership = clause(_("成果的归属和收益分配"))
    acceptance = clause(_("验收标准和方法"))
    liability = clause(_("违约责任"))
    disputes = clause(_("争议解决办法"), 2000)
    patent_title = forms.CharField(label=_("涉及专利：发明名称"), max_length=300, required=False)
    patent_application_no = forms.CharField(label=_("涉及专利：申请号"), max_length=40, required=False)
    patent_applicant = forms.CharField(label=_("涉及专利：申请人"), max_length=200, required=False)
    patent_filed_on = day(_("涉及专利：申请日"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, scheme in {
            "subtype": "contract_subtype",
            "technology_field": "technology_field",
            "ip_type": "ip_type",
            "plan_source": "plan_source",
        }.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                empty = [("", _("请选择"))] if name == "subtype" else []
                field.choices = [*empty, *reference.choices(scheme, today())]

    def clean_first_instalment(self) -> Decimal:
        first: Decimal = self.cleaned_data["first_instalment"]
        total = self.cleaned_data.get("contract_amount")
        if total is not None and first > total:
            raise forms.ValidationError(_("首期付款不能超过合同成交额"))
        return first

    def values(self, current: ContractData | None = None) -> dict[str, Any]:
        """As the service takes it; what the form does not ask for stays as it is in the draft that is changed."""
        data = current.model_dump() if current else {}
        data |= {name: value for name, value in self.cleaned_data.items() if name in ContractData.model_fields}
        data["license_mode"] = data["license_mode"] or None
        data["instalments"] = self._instalments(current)
        data["deductions"] = self._deductions(current)
        data["patents"] = self._patents(current)
        return data

    def _instalments(self, current: ContractData | None) -> list[dict[str, Any]]:
        """A first instalment with the rest as the second, unless neither it nor the total was changed."""
        total, first = self.cleaned_data["contract_amount"], self.cleaned_data["first_instalment"]
        if (
            current
            and current.instalments
            and (current.contract_amount, current.instalments[0].amount) == (total, first)
        ):
            return [row.model_dump() for row in current.instalments]
        parts = [first, total - first] if first and first < total else [total]
        return [
            {"amount": part, "condition": str(_("合同签订后") if index == 0 else _("验收合格后"))}
            for index, part in enumerate(parts)
        ]

    def _deductions(self, current: ContractData | None) -> list[dict[str, Any]]:
        """The form's one deduction in the place of the first, before those that it does not show."""
        first, *rest = [row.model_dump() for row in current.deductions] if current and current.deductions else [{}]
        kind, amount = self.cleaned_data["deduction_kind"], self.cleaned_data["deduction_amount"]
        if not (kind and amount):
            return rest
        if (first.get("kind"), first.get("amount")) != (kind, amount):
            first = {"kind": kind, "description": str(Deduction.Kind(kind).label), "amount": amount}
        return [first, *rest]

    def _patents(self, current: ContractData | None) -> list[dict[str, Any]]:
        """The form's one patent over the first, so that the facts that it does not ask for stay."""
        first, *rest = [row.model_dump() for row in current.patents] if current and current.patents else [{}]
        shown = {name: self.cleaned_data[f"patent_{name}"] for name in PATENT_FIELDS}
        if not (shown["title"] or shown["application_no"]):
            return rest
        return [first | shown, *rest]

    @staticmethod
    def initial_of(data: ContractData) -> dict[str, Any]:
        values = data.model_dump()
        patent = data.patents[0] if data.patents else None
        deduction = data.deductions[0] if data.deductions else None
        return values | {
            "first_instalment": data.instalments[0].amount if data.instalments else Decimal("0.00"),
            "deduction_kind": deduction.kind if deduction else "",
            "deduction_amount": deduction.amount if deduction else None,
            "patent_title": patent.title if patent else "",
            "patent_application_no": patent.application_no if patent else "",
            "patent_applicant": patent.applicant if patent else "",
            "patent_filed_on": patent.filed_on if patent else None,
        }


class VersionForm(Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SealForm(VersionForm):
    scan = forms.FileField(
        label=_("盖章扫描件"),
        help_text=_("PDF、JPG 或 PNG，不超过 20 MB，应包含合同的每一页"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    signed_on = day(_("签订日期"))
    pages_note = forms.CharField(
        label=_("页数不同的说明"),
        max_length=300,
        required=False,
        help_text=_("扫描件的页数与合同文本不同时填写，例如附有骑缝章页或附件"),
    )


class TerminateForm(VersionForm):
    reason = forms.CharField(label=_("解除原因"), max_length=500)


class WithdrawForm(VersionForm):
    reason = forms.CharField(label=_("撤回原因"), max_length=500)
