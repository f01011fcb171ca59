"""What owners type into the portal; the API takes every field, the forms take the ones most people fill."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Disclosure
from market.kernel.clock import today
from market.kernel.forms import AskingForm, Form
from market.kernel.money import MAX_AMOUNT
from market.reference import queries as reference


def codes(scheme: str) -> list[tuple[str, Any]]:
    return [("", _("请选择")), *reference.choices(scheme, today())]


def with_kept(choices: Sequence[tuple[str, Any]], kept: Sequence[str]) -> list[tuple[str, Any]]:
    """The choices, and those that the row has and the dictionary no longer offers: opening a form takes none away."""
    known = {code for code, _name in choices}
    return [*choices, *((code, code) for code in kept if code not in known)]


def long_text(label: Any, limit: int, *, required: bool = False, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


def amount(label: Any, hint: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=MAX_AMOUNT, max_digits=16, decimal_places=2, help_text=hint
    )


BESIDE = frozenset({"version", "confirmed"})  # what a form has beside the values of its listing


class ListingForm(AskingForm):
    """Fields that both kinds share. `schemes` names the dictionary of each coded field."""

    schemes: dict[str, str] = {}

    title = forms.CharField(label=_("名称"), min_length=2, max_length=200)
    keywords = forms.CharField(
        label=_("关键词"), max_length=400, required=False, help_text=_("用逗号或顿号分隔，最多 10 个")
    )
    technology_field = forms.ChoiceField(label=_("技术领域"), required=False)
    local_industry = forms.ChoiceField(label=_("重点产业"), required=False)
    expires_on = day(_("有效期至"))
    disclosure = forms.ChoiceField(label=_("公开范围"), choices=Disclosure.choices, initial=Disclosure.PUBLIC)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=30, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, scheme in self.schemes.items():
            field: Any = self.fields[name]
            kept: Any = self.initial.get(name) or []
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = with_kept(reference.choices(scheme, today()), kept)
            elif isinstance(field, forms.ChoiceField):
                field.choices = with_kept(codes(scheme), [kept] if kept else [])

    def changes(self) -> dict[str, Any]:
        """What was changed, and nothing else: a field that was left as it was, or is not shown, stays as it is."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name not in BESIDE}

    def values(self) -> dict[str, Any]:
        """A new listing as the service takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name not in BESIDE}

    def clean_keywords(self) -> list[str]:
        words = split(self.cleaned_data["keywords"])
        if len(words) > 10 or any(len(word) > 40 for word in words):
            raise forms.ValidationError(_("最多 10 个关键词，每个不超过 40 字"))
        return words


class AchievementForm(ListingForm):
    schemes = {
        "technology_field": "technology_field",
        "local_industry": "local_industry",
        "maturity": "maturity",
        "ip_type": "ip_type",
        "transfer_modes": "transfer_mode",
    }

    summary = long_text(_("成果简介"), 5000)
    applications = long_text(_("应用领域与场景"), 3000)
    indicators = long_text(_("主要技术指标"), 3000)
    maturity = forms.ChoiceField(label=_("成熟度"), required=False)
    readiness_level = forms.IntegerField(label=_("技术就绪度 TRL"), min_value=1, max_value=9, required=False)
    ip_type = forms.ChoiceField(label=_("知识产权类型"), required=False)
    transfer_modes = forms.MultipleChoiceField(label=_("转化方式"), required=False, widget=forms.CheckboxSelectMultiple)
    price = amount(_("意向价格（元）"), _("留空表示面议"))
    ipc_codes = forms.CharField(
        label=_("IPC 分类"), max_length=200, required=False, help_text=_("例如 H01B 7/00，用逗号分隔")
    )

    def clean_ipc_codes(self) -> list[str]:
        return split(self.cleaned_data["ipc_codes"])

    @staticmethod
    def initial_of(data: AchievementData) -> dict[str, Any]:
        return data.model_dump(exclude={"patents"}, warnings=False) | {
            "keywords": "、".join(data.keywords),
            "ipc_codes": ", ".join(data.ipc_codes),
        }

    @staticmethod
    def patents_of(data: AchievementData) -> list[dict[str, Any]]:
        return [patent.model_dump(warnings=False) for patent in data.patents]


class PatentForm(Form):
    """One patent of an achievement; a number typed into the wrong one of the two fields is read as what it is."""

    application_no = forms.CharField(
        label=_("申请号"), max_length=40, required=False, help_text=_("含校验位，例如 201310699744.2")
    )
    publication_no = forms.CharField(
        label=_("公开（公告）号"), max_length=40, required=False, help_text=_("例如 CN114735076B")
    )
    title = forms.CharField(label=_("发明名称"), max_length=300, required=False, help_text=_("留空则用成果名称"))
    applicant = forms.CharField(label=_("申请人"), max_length=200, required=False)
    patentee = forms.CharField(label=_("专利权人"), max_length=200, required=False)
    filed_on = day(_("申请日"))
    granted_on = day(_("授权公告日"))


PatentFormSet = forms.formset_factory(
    PatentForm, formset=forms.BaseFormSet, extra=2, can_delete=True, max_num=20, validate_max=True
)


def patent_values(formset: "forms.BaseFormSet[Any]", title: str) -> tuple[list[dict[str, Any]], list[forms.Form]]:
    """The patents that stay, as the service takes them, and the form of each."""
    kept = [
        form
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.initial or form.has_changed())
    ]
    values = [{name: form.cleaned_data[name] for name in PatentForm.base_fields} for form in kept]
    return [value | {"title": value["title"] or title} for value in values], kept


class DemandForm(ListingForm):
    schemes = {
        "technology_field": "technology_field",
        "local_industry": "local_industry",
        "required_maturity": "maturity",
        "short_cooperation": "cooperation_short",
        "long_cooperation": "cooperation_long",
    }

    difficulties = long_text(_("主要技术难点"), 5000, required=True, rows=6)
    indicators = long_text(_("主要技术指标"), 3000)
    research_content = long_text(_("主要研究内容"), 5000)
    budget = amount(_("预期投入（元）"), _("留空表示面议"))
    wanted_by_on = day(_("期望完成日期"))
    required_maturity = forms.ChoiceField(label=_("要求成熟度"), required=False)
    short_cooperation = forms.MultipleChoiceField(
        label=_("短期合作方式"), required=False, widget=forms.CheckboxSelectMultiple
    )
    long_cooperation = forms.MultipleChoiceField(
        label=_("长期合作方式"), required=False, widget=forms.CheckboxSelectMultiple
    )
    intended_experts = forms.CharField(label=_("意向专家或团队"), max_length=300, required=False)
    is_anonymous = forms.BooleanField(label=_("匿名发布（不显示本单位名称）"), required=False)

    @staticmethod
    def initial_of(data: DemandData) -> dict[str, Any]:
        return data.model_dump(warnings=False) | {"keywords": "、".join(data.keywords)}


BLANK = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def split(text: str) -> list[str]:
    """Words between commas of either width, enumeration commas or semicolons; in Chinese a blank parts them too."""
    text = BLANK.sub(",", text)
    for mark in "，、；;\n":
        text = text.replace(mark, ",")
    return [word.strip() for word in text.split(",") if word.strip()]
