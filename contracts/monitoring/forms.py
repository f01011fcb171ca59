"""What the responsible office and the operator type."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.monitoring import queries
from market.kernel.forms import Form
from market.pages.fields import VersionForm, scan_field


class EnterForm(Form):
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    value = forms.DecimalField(label=_("数值"), min_value=0, max_digits=14, decimal_places=4)
    source_text = forms.CharField(
        label=_("数据来源"), max_length=300, help_text=_("统计公报、年报或批复文件的名称、文号和页码")
    )
    proof = scan_field(_("证明材料"))

    def __init__(self, *args: Any, years: Iterable[int] = (), unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["year"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [(str(year), str(year)) for year in years]
        self.fields["value"].help_text = unit


class RejectForm(VersionForm):
    reason = forms.CharField(label=_("退回原因"), max_length=300)


class OfficeForm(Form):
    organisation_id = forms.ChoiceField(label=_("责任单位"))
    due_days = forms.IntegerField(
        label=_("报送期限（天）"), min_value=1, max_value=366, help_text=_("年度结束后多少天内报送")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation_id"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(office.id), office.name) for office in queries.offices()]
