"""What the responsible office does to a value that waits for its second person."""

from django.utils.translation import gettext_lazy as _

from contracts.monitoring import policy, services
from contracts.monitoring.forms import RejectForm
from contracts.monitoring.models import IndicatorValue
from contracts.monitoring.schemas import RejectIn
from market.kernel.lifecycle import Endpoint, Lifecycle, OtherThan, Own, Verb
from market.pages.fields import VersionForm

VALUES = Lifecycle(
    IndicatorValue,
    "value_id",
    (
        Verb(
            code="confirm",
            label=_("复核无误，确认"),
            who=policy.decides,
            transitions=(IndicatorValue.confirm,),
            service=services.confirm_value,
            form=VersionForm,
            question=_("确认后该数值成为当年的公布数值，取代先前的数值。请先核对证明材料。"),
            moves=_("指标的公布数值"),
            second_person=OtherThan(lambda row: (row.entered_by_id,)),
            endpoint=Endpoint(
                about="The second person stands for the value; it supersedes the year's confirmed one.",
                operation="confirm_value",
            ),
        ),
        Verb(
            code="reject",
            label=_("退回"),
            who=policy.decides,
            transitions=(IndicatorValue.reject,),
            service=services.reject_value,
            form=RejectForm,
            is_grave=True,
            question=_("退回后录入人会收到原因，须重新录入。"),
            own=Own(lambda row: (row.entered_by_id,), _("撤回"), _("撤回后可以重新录入。确定撤回吗？")),
            tells=("who entered it",),
            endpoint=Endpoint(
                about="Send a value back, or take one's own back.", payload=RejectIn, operation="reject_value"
            ),
        ),
    ),
)
