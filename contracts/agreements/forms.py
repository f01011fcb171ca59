"""What drafters type: every field of a contract, and as many patents, deductions and instalments as there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contracts.agreements.data import ContractData
from contracts.agreements.models import ContractType, Deduction, TechnologyContract
from market.kernel.clock import today
from market.kernel.forms import AskingForm, Form
from market.kernel.problems import Problem
from market.pages.fields import VersionForm, date_field, money_field, scan_field, version_field
from market.pages.rendering import form_problem
from market.reference import queries as reference


def line(label: Any, limit: int, *, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=False, help_text=help_text)


def clause(label: Any, limit: int = 3000) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class Row(Form):
    """One of several; left blank it is none."""

    NEEDED: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        if self.is_said:
            for name in self.NEEDED:
                if self.cleaned_data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, ValidationError(self.fields[name].error_messages["required"], "required"))
        return self.cleaned_data

    @property
    def is_said(self) -> bool:
        return any(value not in (None, "") for value in self.cleaned_data.values())

    def values(self) -> dict[str, Any]:
        """What was said; what was left blank has its default."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class PatentRow(Row):
    title = line(_("发明名称"), 300)
    applicant = line(_("申请人"), 200, help_text=_("有多个的，用顿号分开"))
    patentee = line(_("专利权人"), 200)
    filed_on = date_field(_("申请日"), required=False)
    application_no = line(_("申请号"), 40)
    patent_no = line(_("专利号"), 40)
    expires_on = date_field(_("有效期限至"), required=False)


class DeductionRow(Row):
    NEEDED = ("kind", "description", "amount")
    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("无")), *Deduction.Kind.choices])
    description = line(_("说明"), 200)
    amount = money_field(_("金额（元）"), required=False)
    carrier_amount = money_field(_("其中合理数量标的物直接成本（元）"), required=False)


class InstalmentRow(Row):
    NEEDED = ("amount",)
    amount = money_field(_("金额（元）"), required=False)
    due_on = date_field(_("应付日期"), required=False)
    condition = line(_("付款条件"), 300)


@dataclass(frozen=True)
class Rows:
    """A kind of rows: how they are called, how many there may be."""

    title: Any
    row: type[Row]
    most: int


ROWS = {
    "deductions": Rows(_("非技术性费用"), DeductionRow, 50),
    "instalments": Rows(_("付款期次"), InstalmentRow, 60),
    "patents": Rows(_("涉及的专利"), PatentRow, 20),
}
SPARE = 1
SECTIONS: tuple[tuple[Any, tuple[str, ...], str], ...] = (
    (_("基本情况"), ("contract_type", "subtype", "license_mode", "title", "is_related_party", "signed_at_place"), ""),
    (_("价款"), ("contract_amount", "technology_amount", "payment_method", "royalty_terms"), "deductions"),
    (_("付款"), (), "instalments"),
    (_("期限"), ("valid_from", "valid_until"), ""),
    (
        _("分类"),
        ("technology_field", "ip_type", "plan_source", "socio_economic_objective", "industry"),
        "",
    ),
    (_("技术转让合同"), ("expected_new_investment", "expected_new_output"), ""),
    (
        _("合同条款"),
        (
            *("subject_matter", "performance_plan", "confidentiality", "risk_allocation", "ip_ownership"),
            *("acceptance", "liability", "disputes", "definitions"),
        ),
        "",
    ),
    (_("专利"), (), "patents"),
)


def anchor(field: str) -> str:
    """Where on the form's page a field stands, or the rows of a kind."""
    place = next((place for place, (_title, _names, rows) in enumerate(SECTIONS, start=1) if rows == field), None)
    return f"section-{place}" if place else f"id_{field}"


class ContractForm(AskingForm):
    version = version_field(required=False)
    contract_type = forms.ChoiceField(label=_("合同类型"), choices=ContractType.choices)
    subtype = forms.ChoiceField(label=_("合同子类型"), required=False)
    license_mode = forms.ChoiceField(
        label=_("许可方式"),
        required=False,
        choices=[("", _("不适用")), *TechnologyContract.LicenseMode.choices],
        help_text=_("技术许可合同未约定的，视为普通许可"),
    )
    title = forms.CharField(label=_("项目名称"), min_length=2, max_length=200)
    is_related_party = forms.BooleanField(label=_("关联交易"), required=False)
    signed_at_place = line(_("签订地点"), 100)
    contract_amount = money_field(_("合同成交额（元）"))
    technology_amount = money_field(_("技术交易额（元）"))
    payment_method = forms.ChoiceField(label=_("支付方式"), choices=TechnologyContract.PaymentMethod.choices)
    royalty_terms = clause(_("提成约定"), 500)
    valid_from = date_field(_("有效期起"))
    valid_until = date_field(_("有效期止"))
    technology_field = forms.ChoiceField(label=_("技术领域"))
    ip_type = forms.ChoiceField(label=_("知识产权类型"))
    plan_source = forms.ChoiceField(label=_("计划来源"))
    socio_economic_objective = forms.ChoiceField(label=_("社会经济目标"), required=False)
    industry = line(_("国民经济行业"), 5, help_text=_("GB/T 4754 代码，例如 C3251"))
    expected_new_investment = money_field(_("预计新增投入（元）"), required=False)
    expected_new_output = money_field(_("预计新增产值（元）"), required=False)
    subject_matter = clause(_("标的的内容、范围和要求"), 5000)
    performance_plan = clause(_("履行的计划、地点和方式"), 5000)
    confidentiality = clause(_("技术信息和资料的保密"))
    risk_allocation = clause(_("风险责任的承担"))
    ip_ownership = clause(_("成果的归属和收益分配"))
    acceptance = clause(_("验收标准和方法"))
    liability = clause(_("违约责任"))
    disputes = clause(_("争议解决办法"), 2000)
    definitions = clause(_("名词和术语的解释"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any], more: str = "") -> None:
        super().__init__(data, initial=dict(initial))
        for name, scheme in {
            "subtype": "contract_subtype",
            "technology_field": "technology_field",
            "ip_type": "ip_type",
            "plan_source": "plan_source",
            "socio_economic_objective": "socio_economic_objective",
        }.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                empty = [] if field.required else [("", _("请选择"))]
                field.choices = [*empty, *reference.choices(scheme, today())]
        self.rows = {name: self._rows(name, more) for name in ROWS}

    def _rows(self, name: str, more: str) -> list[Row]:
        """The rows that stand, and spare ones; a browser sends back how many it was shown."""
        kind, standing = ROWS[name], self.initial.get(name) or []
        count = len(standing) + SPARE
        if self.is_bound:
            sent = str(self.data.get(f"{name}-count", ""))
            count = (int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 3 else 0) + (name == more)
        bound = [self.data] if self.is_bound else []
        return [
            kind.row(*bound, prefix=f"{name}-{index}", initial=standing[index] if index < len(standing) else {})
            for index in range(min(count, kind.most))
        ]

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.all_rows()]
        return super().is_valid() and all(rows)

    def values(self) -> dict[str, Any]:
        """As the service takes it."""
        data = {name: value for name, value in self.cleaned_data.items() if name in ContractData.model_fields}
        data["license_mode"] = data["license_mode"] or None
        return data | {name: [row.values() for row in self._said(name)] for name in ROWS}

    def _said(self, name: str) -> list[Row]:
        return [row for row in self.rows[name] if row.is_said]

    def place(self, problem: Problem) -> None:
        """Put a refusal beside what it is about, in whichever row that stands."""
        elsewhere = []
        for error in problem.errors:
            row, field = self._row_of(error.get("loc") or ())
            if row is None:
                elsewhere.append(error)
            else:
                row.add_error(field if field in row.fields else None, str(error["message"]))
        if elsewhere or not problem.errors:
            form_problem(self, problem, elsewhere)

    def _row_of(self, loc: Sequence[Any]) -> tuple[Row | None, str]:
        if len(loc) < 2 or loc[0] not in ROWS or not isinstance(loc[1], int):
            return None, ""
        return self._said(str(loc[0]))[loc[1]], str(loc[2]) if len(loc) > 2 else ""

    def sections(self) -> Iterable[dict[str, Any]]:
        """The form as the page shows it."""
        for title, names, rows in SECTIONS:
            yield {
                "title": title,
                "fields": [self[name] for name in names],
                "name": rows,
                "rows": self.rows.get(rows, []),
                "rows_title": ROWS[rows].title if rows else "",
            }

    def all_rows(self) -> list[Row]:
        return [row for rows in self.rows.values() for row in rows]

    def has_row_errors(self) -> bool:
        return any(row.errors for row in self.all_rows())

    @staticmethod
    def initial_of(data: ContractData) -> dict[str, Any]:
        return data.model_dump()


class SealForm(VersionForm):
    scan = scan_field(_("盖章扫描件"), help_text=_("PDF、JPG 或 PNG，不超过 20 MB，应包含合同的每一页"))
    signed_on = date_field(_("签订日期"))
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
