"""A contract moves its deal and listings, and stands on the deal's page and in the menu."""

from django.utils.translation import gettext_lazy as _

from contracts.agreements import consumers, policy
from contracts.agreements.events import ContractCompleted, ContractSigned, ContractTerminated
from market.kernel import outbox
from market.kernel import policy as policies
from market.pages import navigation, slots
from matching.brokerage import policy as brokerage
from matching.brokerage.events import DealMoved


def wire() -> None:
    policies.register(policy.contracts)
    outbox.register("catalog.progress", ContractSigned, consumers.transact_listings)
    outbox.register("brokerage.deals", ContractSigned, consumers.sign_deal)
    outbox.register("brokerage.deals", ContractCompleted, consumers.complete_deal)
    outbox.register("brokerage.deals", ContractTerminated, consumers.dissolve_deal)
    outbox.register("agreements.abandoned", DealMoved, consumers.withdraw_abandoned)
    slots.register("deal.contract", url_name="agreements:deal-part", title=_("技术合同"))
    navigation.register(_("技术合同"), "agreements:list", visible=brokerage.has_deals, order=50)
