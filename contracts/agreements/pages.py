"""Where the room shows itself: a part of the deal's page, and the menu."""

from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor, OrganisationKind
from market.pages import navigation, slots

PARTIES = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY})


def has_contracts(actor: Actor) -> bool:
    return actor.organisation_kind in PARTIES or actor.reads_everything


slots.fill("deal.contract", url_name="agreements:deal-part", title=_("技术合同"))
navigation.add(_("技术合同"), "agreements:list", visible=has_contracts, order=50)
