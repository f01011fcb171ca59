"""What managers and newcomers type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from market.accounts import rules
from market.accounts.models import KIND_LABELS, ROLE_LABELS
from market.kernel.actor import OrganisationKind
from market.kernel.forms import Form
from market.reference.locations import LocationField


class OrganisationForm(Form):
    kind = forms.ChoiceField(
        label=_("类型"), choices=[(kind.value, KIND_LABELS[kind]) for kind in sorted(rules.SELF_SERVICE)]
    )
    name = forms.CharField(label=_("单位名称"), min_length=2, max_length=120)
    credit_code = forms.CharField(
        label=_("统一社会信用代码"), max_length=40, help_text=_("18 位，营业执照或法人证书上有")
    )
    region = LocationField(label=_("行政区划代码"), help_text=_("6 位，例如瑞金市 360781"))


class MemberForm(Form):
    email = forms.EmailField(label=_("电子邮箱"))
    name = forms.CharField(label=_("姓名"), max_length=60)
    roles = forms.MultipleChoiceField(label=_("角色"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kind: OrganisationKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(role.value, ROLE_LABELS[role]) for role in ROLE_LABELS if role in rules.ROLES_OF[kind]]


class KeyForm(Form):
    name = forms.CharField(label=_("密钥名称"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("权限范围"),
        choices=[(scope, scope) for scope in sorted(rules.SCOPES)],
        widget=forms.CheckboxSelectMultiple,
    )
