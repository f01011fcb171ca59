"""Registrations hear of calendars and dissolved contracts, open contracts to the registry, and stand in the menu."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.agreements import policy as agreements
from contracts.agreements.events import ContractTerminated
from contracts.registration import consumers, policy
from market.kernel import outbox
from market.kernel import policy as policies
from market.kernel.actor import Actor, OrganisationKind
from market.pages import navigation, slots
from market.reference.events import CalendarYearChanged
from matching.brokerage import policy as brokerage
from search.find import shortcuts


def deals_with_registrations(actor: Actor) -> bool:
    return actor.organisation_kind == OrganisationKind.REGISTRY or brokerage.has_deals(actor)


def registration_of_number(actor: Actor, number: str) -> str | None:
    """The registration with the 16-digit number, for those who may read it."""
    found = policy.registrations.visible_to(actor).filter(registration_no=number).first()
    return reverse("registration:detail", args=[found.pk]) if found else None


def wire() -> None:
    policies.register(
        policy.registrations, policy.events, policy.corrections, policy.changes, policy.attachments, policy.rounds
    )
    outbox.register("registration.dissolved", ContractTerminated, consumers.tell_registry)
    outbox.register("registration.terms", CalendarYearChanged, consumers.recount_terms)
    agreements.register_visibility(policy.contracts_handed_in)
    slots.register("contract.registration", url_name="registration:contract-part", title=_("认定登记"))
    navigation.register(_("认定登记"), "registration:list", visible=deals_with_registrations, order=60)
    shortcuts.register("registrations", registration_of_number)
