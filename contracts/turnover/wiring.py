"""The ledger follows the registrations; the figure stands in the menu, beside deals and beside listings."""

from django.utils.translation import gettext_lazy as _

from contracts.registration.events import RegistrationRecorded
from contracts.turnover import consumers, policy
from market.kernel import outbox
from market.kernel import policy as policies
from market.pages import navigation, slots


def wire() -> None:
    policies.register(policy.entries)
    outbox.register("turnover.ledger", RegistrationRecorded, consumers.enter)
    navigation.register(_("成交额"), "turnover:dashboard", visible=lambda actor: True, order=70)
    slots.register("deal.story", url_name="turnover:deal-part", title=_("计入成交额"))
    slots.register("achievement.turnover", url_name="turnover:achievement-part", title=_("计入成交额"))
    slots.register("demand.turnover", url_name="turnover:demand-part", title=_("计入成交额"))
