"""What a broker does to an introduction and to the deal that grows from it, until its contract takes over."""

from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor
from market.kernel.lifecycle import Endpoint, Lifecycle, Verb
from matching.brokerage import policy, problems, services
from matching.brokerage import schemas as wire
from matching.brokerage.forms import AdvanceForm, CircumventForm, LoseForm, OpenForm, ReopenForm
from matching.brokerage.models import BY_HAND, Deal, Introduction


def has_no_deal(actor: Actor, introduction: Introduction) -> bool:
    return introduction.superseded_at is None and getattr(introduction, "deal", None) is None


INTRODUCTIONS = Lifecycle(
    Introduction,
    "introduction_id",
    (
        Verb(
            code="open_deal",
            label=_("立项"),
            who=policy.brokers,
            offered=has_no_deal,
            service=services.open_deal,
            form=OpenForm,
            tells=("buyer", "seller"),
        ),
    ),
    field="",
)

DEALS = Lifecycle(
    Deal,
    "deal_id",
    (
        Verb(
            code="advance",
            label=_("推进"),
            who=policy.brokers,
            transitions=BY_HAND,
            service=services.advance_deal,
            form=AdvanceForm,
            tells=("buyer", "seller"),
            endpoint=Endpoint(about="Move the deal to a later stage.", payload=wire.AdvanceIn),
        ),
        Verb(
            code="lose",
            label=_("结束项目"),
            who=policy.brokers,
            transitions=(Deal.lose,),
            service=services.lose_deal,
            form=LoseForm,
            is_grave=True,
            question=_("结束后项目记为未成交，双方会收到通知。确定结束吗？"),
            tells=("buyer", "seller"),
            endpoint=Endpoint(
                about="End the deal without a contract.", payload=wire.LoseIn, refusals=(problems.ReasonUnknown,)
            ),
        ),
        Verb(
            code="circumvent",
            label=_("记录跳单"),
            who=policy.brokers,
            transitions=(Deal.circumvent,),
            service=services.circumvent_deal,
            form=CircumventForm,
            is_grave=True,
            question=_("将记录双方绕开机构成交，双方会收到通知。确定记录吗？"),
            tells=("buyer", "seller"),
            endpoint=Endpoint(about="Record that the parties signed without the broker.", payload=wire.CircumventIn),
        ),
        Verb(
            code="reopen",
            label=_("重新启动项目"),
            who=policy.brokers,
            transitions=(Deal.reopen,),
            service=services.reopen_deal,
            form=ReopenForm,
            tells=("buyer", "seller"),
            endpoint=Endpoint(
                about="Take a lost deal up again.",
                payload=wire.ReopenIn,
                refusals=(problems.ListingClosed, problems.Superseded),
            ),
        ),
    ),
    field="stage",
)
