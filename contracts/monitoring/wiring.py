"""The eight indicators stand beneath the figure, and in the menu."""

from django.utils.translation import gettext_lazy as _

from contracts.monitoring import policy
from market.kernel import policy as policies
from market.pages import navigation, slots


def wire() -> None:
    policies.register(policy.values)
    navigation.register(_("监测评估"), "monitoring:list", visible=lambda actor: True, order=75)
    slots.register("turnover.indicators", url_name="monitoring:year-part", title=_("规划指标"))
