from django import forms
from django.utils.translation import gettext_lazy as _

from market.kernel.forms import Form
from search.saved.models import Cadence
from search.saved.services import LONGEST_NAME


class SaveForm(Form):
    name = forms.CharField(label=_("名称"), max_length=LONGEST_NAME)
    cadence = forms.ChoiceField(label=_("提醒方式"), choices=Cadence.choices, initial=Cadence.DAILY)


class CadenceForm(Form):
    cadence = forms.ChoiceField(choices=Cadence.choices)
