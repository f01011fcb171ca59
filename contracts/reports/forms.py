"""What the office types."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.reports import rules
from contracts.reports.models import Report
from contracts.turnover import labels
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR, Side
from market.kernel.clock import today
from market.kernel.forms import Form
from market.pages.fields import VersionForm


def sides_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("分项口径"),
        choices=[(side.value, labels.SIDES[side]) for side in Side],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("不选则为输出和吸纳"),
    )


def note_field() -> forms.CharField:
    return forms.CharField(label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class DraftForm(Form):
    kind = forms.ChoiceField(label=_("报告类型"), choices=Report.Kind.choices)
    year = forms.IntegerField(label=_("年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    number = forms.IntegerField(
        label=_("月份或季度"), min_value=1, max_value=12, required=False, help_text=_("年报不填")
    )
    sides = sides_field()
    note = note_field()

    @staticmethod
    def of_last_month() -> "DraftForm":
        """The form filled in for last month's report."""
        year, month = rules.month_before(today())
        return DraftForm(initial={"kind": Report.Kind.MONTHLY, "year": year, "number": month})


class ReviseForm(VersionForm):
    sides = sides_field()
    note = note_field()

    @classmethod
    def initial_of(cls, row: Report) -> dict[str, Any]:
        return super().initial_of(row) | {"sides": row.sides, "note": row.note}


class ReturnForm(VersionForm):
    reason = forms.CharField(label=_("退回原因"), max_length=500)
