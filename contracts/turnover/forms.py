"""What the operator decides of the figure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.turnover.models import Assessment
from market.kernel.forms import ModelForm


class AssessmentForm(ModelForm):
    """From which day on the city's assessment counts what, and by which document."""

    class Meta:
        model = Assessment
        fields = ("valid_from", "side", "amount", "reason")
        widgets = {"valid_from": forms.DateInput(attrs={"type": "date"})}
        help_texts = {
            "valid_from": _("某一年度的口径，以当年 12 月 31 日适用的为准"),
            "reason": _("考核办法的名称、文号"),
        }
