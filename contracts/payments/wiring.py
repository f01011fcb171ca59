"""Payments reach the provider by workers, move the deal, and stand on the contract's page and in the menu."""

from django.utils.translation import gettext_lazy as _

from contracts.payments import consumers, events, policy
from market.kernel import outbox
from market.kernel import policy as policies
from market.kernel.actor import Actor, Role
from market.pages import navigation, slots


def deals_with_payments(actor: Actor) -> bool:
    return actor.reads_everything or actor.has_role(Role.FINANCE, Role.CLERK)


def wire() -> None:
    policies.register(policy.accounts, policy.payments)
    outbox.register("payments.prepare", events.PaymentStarted, consumers.prepare)
    outbox.register("payments.withdraw", events.PaymentCancelled, consumers.withdraw)
    outbox.register("payments.refund", events.RefundRequested, consumers.refund)
    outbox.register("payments.provider", events.ProviderEventReceived, consumers.handle)
    outbox.register("brokerage.deals", events.PaymentSucceeded, consumers.perform_deal)
    slots.register("contract.payments", url_name="payments:contract-part", title=_("付款"))
    navigation.register(_("付款"), "payments:list", visible=deals_with_payments, order=55)
