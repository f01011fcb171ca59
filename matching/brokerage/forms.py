"""What brokers type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from market.kernel.forms import Form
from market.kernel.lifecycle import targets
from market.pages.fields import VersionForm, scan_field
from matching.brokerage.models import BY_HAND, Deal, Introduction


class IntroduceForm(Form):
    demand = forms.UUIDField(widget=forms.HiddenInput)
    achievement = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("对接说明"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def values(self) -> dict[str, Any]:
        named = {f"{kind}_id": self.cleaned_data[kind] for kind in ("demand", "achievement")}
        return named | {"note": self.cleaned_data["note"]}


class OpenForm(VersionForm):
    """A button alone: an introduction has no version."""

    version = None  # type: ignore[assignment]

    @classmethod
    def initial_of(cls, row: Introduction) -> dict[str, Any]:
        return {}


class AdvanceForm(VersionForm):
    stage = forms.ChoiceField(
        label=_("进入阶段"), error_messages={"invalid_choice": _("项目的阶段已经变化，请重新选择")}
    )
    note = forms.CharField(label=_("说明"), max_length=1000, required=False)
    proof = scan_field(_("证明材料"), required=False)

    def __init__(self, *args: Any, row: Deal, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        field = self.fields["stage"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, Deal.Stage(code).label) for code in targets(*BY_HAND, source=row.stage)]


class LoseForm(VersionForm):
    reason = forms.ChoiceField(label=_("未成交原因"), choices=Deal.LostReason.choices)
    note = forms.CharField(label=_("说明"), max_length=1000, required=False)


class ReopenForm(VersionForm):
    note = forms.CharField(label=_("说明"), max_length=1000, required=False)


class CircumventForm(VersionForm):
    note = forms.CharField(label=_("依据"), max_length=1000)
