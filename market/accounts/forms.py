"""What managers, newcomers and the operator type."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from market.accounts import rules
from market.accounts.models import KIND_LABELS, ROLE_LABELS
from market.kernel.actor import OrganisationKind
from market.kernel.forms import EmailField, Form
from market.reference.locations import LocationField

KEY_LIVES = {30: _("30 天"), rules.KEY_DAYS: _("90 天"), 180: _("180 天"), rules.LONGEST_KEY_DAYS: _("366 天")}


class ResubmissionForm(Form):
    name = forms.CharField(label=_("单位名称"), min_length=2, max_length=120)
    credit_code = forms.CharField(
        label=_("统一社会信用代码"), max_length=40, help_text=_("18 位，营业执照或法人证书上有")
    )
    region = LocationField(label=_("行政区划代码"), help_text=_("6 位，例如瑞金市 360781"))


class OrganisationForm(ResubmissionForm):
    kind = forms.ChoiceField(
        label=_("类型"), choices=[(kind.value, KIND_LABELS[kind]) for kind in sorted(rules.SELF_SERVICE)]
    )
    field_order = ["kind"]


class InvitationForm(Form):
    email = EmailField(label=_("电子邮箱"), help_text=_("邀请信将寄到此邮箱，对方接受后才成为成员"))
    roles = forms.MultipleChoiceField(label=_("角色"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kind: OrganisationKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(role.value, ROLE_LABELS[role]) for role in ROLE_LABELS if role in rules.ROLES_OF[kind]]


class ProposalForm(Form):
    email = EmailField(label=_("首位管理员的电子邮箱"))


class AnswerForm(Form):
    name = forms.CharField(label=_("您的姓名"), max_length=60, help_text=_("由您本人填写，本单位同事可见"))


class NameForm(Form):
    name = forms.CharField(label=_("姓名"), max_length=60)


class ReasonForm(Form):
    reason = forms.CharField(label=_("原因"), max_length=500, help_text=_("将告知对方"))


class KeyForm(Form):
    name = forms.CharField(label=_("密钥名称"), max_length=60)
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        choices=list(KEY_LIVES.items()),
        initial=rules.KEY_DAYS,
        required=False,
        empty_value=None,
    )
    scopes = forms.MultipleChoiceField(
        label=_("权限范围"),
        choices=[(scope, scope) for scope in sorted(rules.SCOPES)],
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def life(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"] or rules.KEY_DAYS)
