"""Where the room shows itself: a part of the contract's page, and the menu."""

from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor, Role
from market.pages import navigation, slots


def deals_with_payments(actor: Actor) -> bool:
    return actor.reads_everything or actor.has_role(Role.FINANCE, Role.CLERK)


slots.fill("contract.payments", url_name="payments:contract-part", title=_("付款"))
navigation.add(_("付款"), "payments:list", visible=deals_with_payments, order=55)
