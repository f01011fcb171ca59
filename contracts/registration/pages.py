"""Where the room shows itself: a part of the contract's page, and the menu."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.registration import policy
from market.kernel.actor import Actor, OrganisationKind
from market.pages import navigation, slots
from search.find import shortcuts

PARTIES = frozenset(
    {OrganisationKind.UNIVERSITY, OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY, OrganisationKind.REGISTRY}
)


def deals_with_registrations(actor: Actor) -> bool:
    return actor.organisation_kind in PARTIES or actor.reads_everything


slots.fill("contract.registration", url_name="registration:contract-part", title=_("认定登记"))
navigation.add(_("认定登记"), "registration:list", visible=deals_with_registrations, order=60)


def registration_of_number(actor: Actor, number: str) -> str | None:
    """The registration with the 16-digit number, for those who may read it."""
    found = policy.registrations.visible_to(actor).filter(registration_no=number).first()
    return reverse("registration:detail", args=[found.pk]) if found else None


shortcuts.register("registrations", registration_of_number)
