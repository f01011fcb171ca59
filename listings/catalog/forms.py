"""What owners type into the portal; the API takes every field, the forms take the ones most people fill."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Disclosure
from market.kernel.clock import today
from market.kernel.forms import Form
from market.kernel.money import MAX_AMOUNT
from market.reference import queries as reference


def codes(scheme: str) -> list[tuple[str, Any]]:
    return [("", _("请选择")), *reference.choices(scheme, today())]


def long_text(label: Any, limit: int, *, required: bool = False, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


def amount(label: Any, hint: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=MAX_AMOUNT, max_digits=16, decimal_places=2, help_text=hint
    )


class ListingForm(Form):
    """Fields that both kinds share. `schemes` names the dictionary of each coded field."""

    schemes: dict[str, str] = {}

    title = forms.CharField(label=_("名称"), min_length=2, max_length=200)
    keywords = forms.CharField(
        label=_("关键词"), max_length=400, required=False, help_text=_("用逗号或顿号分隔，最多 10 个")
    )
    technology_field = forms.ChoiceField(label=_("技术领域"), required=False)
    local_industry = forms.ChoiceField(label=_("重点产业"), required=False)
    disclosure = forms.ChoiceField(label=_("公开范围"), choices=Disclosure.choices, initial=Disclosure.PUBLIC)
    contact_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=30, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, scheme in self.schemes.items():
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = reference.choices(scheme, today())
            elif isinstance(field, forms.ChoiceField):
                field.choices = codes(scheme)

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
    patent_no = forms.CharField(
        label=_("专利号"), max_length=40, required=False, help_text=_("申请号（含校验位）或公开（公告）号")
    )
    patent_title = forms.CharField(label=_("发明名称"), max_length=300, required=False)

    def values(self) -> dict[str, Any]:
        """As the service takes it; a number that begins with CN and ends with a kind letter is a publication number."""
        data = dict(self.cleaned_data)
        number, title = data.pop("patent_no").strip(), data.pop("patent_title")
        data.pop("version")
        data["ipc_codes"] = split(data["ipc_codes"])
        if number:
            is_publication = number.upper().startswith("CN") and number[-2:].upper().strip("0123456789.X") != ""
            field = "publication_no" if is_publication else "application_no"
            data["patents"] = [{field: number, "title": title or data["title"]}]
        return data

    @staticmethod
    def initial_of(data: AchievementData) -> dict[str, Any]:
        patent = data.patents[0] if data.patents else None
        return data.model_dump(exclude={"patents"}) | {
            "keywords": "、".join(data.keywords),
            "ipc_codes": ", ".join(data.ipc_codes),
            "patent_no": (patent.application_no or patent.publication_no) if patent else "",
            "patent_title": patent.title if patent else "",
        }


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
    wanted_by_on = forms.DateField(
        label=_("期望完成日期"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    required_maturity = forms.ChoiceField(label=_("要求成熟度"), required=False)
    short_cooperation = forms.MultipleChoiceField(
        label=_("短期合作方式"), required=False, widget=forms.CheckboxSelectMultiple
    )
    long_cooperation = forms.MultipleChoiceField(
        label=_("长期合作方式"), required=False, widget=forms.CheckboxSelectMultiple
    )
    intended_experts = forms.CharField(label=_("意向专家或团队"), max_length=300, required=False)
    is_anonymous = forms.BooleanField(label=_("匿名发布（不显示本单位名称）"), required=False)

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data.pop("version")
        return data

    @staticmethod
    def initial_of(data: DemandData) -> dict[str, Any]:
        return data.model_dump() | {"keywords": "、".join(data.keywords)}


def split(text: str) -> list[str]:
    """Words between commas of either width, enumeration commas or semicolons."""
    for mark in "，、；;\n":
        text = text.replace(mark, ",")
    return [word.strip() for word in text.split(",") if word.strip()]
