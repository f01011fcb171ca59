"""The parties and their agency see the application; the registry sees what was handed to it, and decides."""

from django.db.models import Q

from contracts.agreements import policy as agreements
from contracts.registration.models import Correction, Registration, RegistrationEvent
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.policy import Policy

State = Registration.State


def is_registrar(actor: Actor) -> bool:
    return actor.organisation_kind == OrganisationKind.REGISTRY and actor.has_role(Role.REGISTRAR)


def is_reader_of_all(actor: Actor) -> bool:
    return actor.is_operator or actor.has_role(Role.AUDITOR)


def visible_registrations(actor: Actor) -> Q:
    if is_reader_of_all(actor):
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


registrations = Policy(
    Registration,
    visible=visible_registrations,
    verbs={
        "submit": applies,
        "accept": decides,
        "request_correction": decides,
        "register": decides,
        "refuse": lambda actor, row: decides(actor, row) or approves(actor, row),
        "approve": approves,
        "amend": decides,
        "cancel": decides,
        "revoke": decides,
        "correct": decides,
    },
    scope="registrations",
)

events = Policy(
    RegistrationEvent,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    verbs={},
    scope="registrations",
)


def decides_correction(actor: Actor, correction: Correction) -> bool:
    return decides(actor, correction.registration) or approves(actor, correction.registration)


# That the one who proposed may not approve is said by the verb itself, in words that help.
corrections = Policy(
    Correction,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    verbs={"approve": decides_correction, "decline": decides_correction},
    scope="registrations",
)

# What each verb needs of the state, so that a page offers only what can be done.
STATES_OF = {
    "submit": {State.DRAFT, State.CORRECTION_REQUESTED},
    "accept": {State.SUBMITTED},
    "request_correction": {State.SUBMITTED, State.ACCEPTED},
    "register": {State.ACCEPTED},
    "approve": {State.SECOND_REVIEW},
    "refuse": {State.SUBMITTED, State.ACCEPTED, State.SECOND_REVIEW},
    "amend": {State.REGISTERED},
    "cancel": {State.REGISTERED},
    "revoke": {State.REGISTERED},
    "correct": {State.REGISTERED},
}


def allowed_for_correction(actor: Actor, correction: Correction) -> list[str]:
    """The verbs the actor may do to the correction now."""
    return corrections.allowed_verbs(actor, correction) if correction.state == Correction.State.PROPOSED else []


def allowed(actor: Actor, registration: Registration) -> list[str]:
    """The verbs the actor may do to the application now."""
    return [verb for verb in registrations.allowed_verbs(actor, registration) if registration.state in STATES_OF[verb]]


@agreements.contribute_visibility
def contracts_handed_in(actor: Actor) -> Q:
    """The registry reads the contracts that it was asked to register."""
    if actor.organisation_kind != OrganisationKind.REGISTRY:
        return Q(pk__in=[])
    handed_in = Registration.objects.filter(office=actor.organisation_id).exclude(state=State.DRAFT)
    return Q(pk__in=handed_in.values("contract"))
