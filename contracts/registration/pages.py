"""Where the room shows itself: a part of the contract's page, and the menu."""

from django.utils.translation import gettext_lazy as _

from market.kernel.actor import Actor, OrganisationKind, Role
from market.pages import navigation, slots

PARTIES = frozenset(
    {OrganisationKind.UNIVERSITY, OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY, OrganisationKind.REGISTRY}
)


def deals_with_registrations(actor: Actor) -> bool:
    return actor.organisation_kind in PARTIES or actor.is_operator or actor.has_role(Role.AUDITOR)


slots.fill("contract.registration", url_name="registration:contract-part", title=_("认定登记"))
navigation.add(_("认定登记"), "registration:list", visible=deals_with_registrations, order=60)
