"""The parties and their agency see the application; the registry sees what was handed to it, and decides."""

from decimal import Decimal

from django.db.models import Q

from contracts.registration import rules
from contracts.registration.models import Attachment, Change, Correction, Registration, RegistrationEvent, Round
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.policy import Policy

State = Registration.State


def is_registrar(actor: Actor) -> bool:
    return actor.organisation_kind == OrganisationKind.REGISTRY and actor.has_role(Role.REGISTRAR)


def visible_registrations(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    own = (
        Q(applicant=actor.organisation_id)
        | Q(contract__seller=actor.organisation_id)
        | Q(contract__buyer=actor.organisation_id)
        | Q(contract__deal__agency=actor.organisation_id)
    )
    return own | Q(office=actor.organisation_id) & ~Q(state=State.DRAFT)


def applies(actor: Actor, registration: Registration) -> bool:
    return actor.acts_for(registration.applicant_id) and actor.has_role(Role.CLERK, Role.MANAGER)


def decides(actor: Actor, registration: Registration) -> bool:
    return is_registrar(actor) and actor.acts_for(registration.office_id)


def approves(actor: Actor, registration: Registration) -> bool:
    return actor.acts_for(registration.office_id) and actor.has_role(Role.HIGH_VALUE_APPROVER)


def decides_or_approves(actor: Actor, registration: Registration) -> bool:
    return decides(actor, registration) or approves(actor, registration)


registrations = Policy(
    Registration, visible=visible_registrations, lifecycle="contracts.registration.lifecycle", scope="registrations"
)

events = Policy(
    RegistrationEvent,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    scope="registrations",
)


def decides_correction(actor: Actor, correction: Correction) -> bool:
    return decides_or_approves(actor, correction.registration)


def approves_correction(actor: Actor, correction: Correction) -> bool:
    """Where an amount before or after is high, the second person is the one who may decide on those."""
    registration = correction.registration
    after = rules.Amounts(correction.contract_amount, correction.technology_amount)
    before = rules.Amounts(registration.contract_amount or Decimal(0), registration.technology_amount or Decimal(0))
    is_high = rules.needs_second_review(rules.rule_set(registration.rule_set), before, after)
    return approves(actor, registration) if is_high else decides_correction(actor, correction)


def approves_change(actor: Actor, change: Change) -> bool:
    return approves(actor, change.registration)


def decides_change(actor: Actor, change: Change) -> bool:
    return decides_or_approves(actor, change.registration)


corrections = Policy(
    Correction,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    lifecycle="contracts.registration.lifecycle",
    scope="registrations",
)

changes = Policy(
    Change,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    lifecycle="contracts.registration.lifecycle",
    scope="registrations",
)

attachments = Policy(
    Attachment,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    scope="registrations",
)


def visible_rounds(actor: Actor) -> Q:
    """What the second person sends back is between the two of the office."""
    seen = Q(registration__in=registrations.visible_to(actor))
    if actor.reads_everything:
        return seen
    return seen & (Q(registration__office=actor.organisation_id) | ~Q(kind=Round.Kind.SENT_BACK))


rounds = Policy(Round, visible=visible_rounds, scope="registrations")


def contracts_handed_in(actor: Actor) -> Q:
    """The registry reads the contracts that it was asked to register."""
    if actor.organisation_kind != OrganisationKind.REGISTRY:
        return Q(pk__in=[])
    handed_in = Registration.objects.filter(office=actor.organisation_id).exclude(state=State.DRAFT)
    return Q(pk__in=handed_in.values("contract"))
