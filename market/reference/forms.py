"""What an operator types of a year's arrangement."""

from django import forms
from django.utils.translation import gettext_lazy as _

from market.kernel.forms import Form


class YearForm(Form):
    year = forms.IntegerField(label=_("年度"), min_value=2001, max_value=2200)
    holidays = forms.CharField(
        label=_("放假安排"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("每个节日一行：名称 起始日 截止日，如“元旦 2026-01-01 2026-01-03”"),
    )
    workdays = forms.CharField(
        label=_("调休上班日"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("周末上班的日期，以空格分隔"),
    )
    source = forms.CharField(label=_("来源"), max_length=300, help_text=_("国务院办公厅通知的文号、日期或网址"))
