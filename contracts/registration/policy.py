"""The parties and their agency see the application; the registry sees what was handed to it, and decides."""

from decimal import Decimal

from django.db.models import Q

from contracts.agreements import policy as agreements
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


registrations = Policy(
    Registration,
    visible=visible_registrations,
    verbs={
        "attach": applies,
        "submit": applies,
        "accept": decides,
        "request_correction": decides,
        "register": decides,
        "refuse": lambda actor, row: decides(actor, row) or approves(actor, row),
        "approve": approves,
        "send_back": approves,
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


def approves_correction(actor: Actor, correction: Correction) -> bool:
    """Where an amount before or after is high, the second person is the one who may decide on those."""
    registration = correction.registration
    after = rules.Amounts(correction.contract_amount, correction.technology_amount)
    before = rules.Amounts(registration.contract_amount or Decimal(0), registration.technology_amount or Decimal(0))
    is_high = rules.needs_second_review(rules.rule_set(registration.rule_set), before, after)
    return approves(actor, registration) if is_high else decides_correction(actor, correction)


# That the one who proposed may not approve is said by the verb itself, in words that help.
corrections = Policy(
    Correction,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    verbs={"approve": approves_correction, "decline": decides_correction},
    scope="registrations",
)

changes = Policy(
    Change,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    verbs={
        "approve": lambda actor, change: approves(actor, change.registration),
        "decline": lambda actor, change: decides(actor, change.registration) or approves(actor, change.registration),
    },
    scope="registrations",
)

attachments = Policy(
    Attachment,
    visible=lambda actor: Q(registration__in=registrations.visible_to(actor)),
    verbs={},
    scope="registrations",
)


def visible_rounds(actor: Actor) -> Q:
    """What the second person sends back is between the two of the office."""
    seen = Q(registration__in=registrations.visible_to(actor))
    if actor.reads_everything:
        return seen
    return seen & (Q(registration__office=actor.organisation_id) | ~Q(kind=Round.Kind.SENT_BACK))


rounds = Policy(Round, visible=visible_rounds, verbs={}, scope="registrations")

# What each verb needs of the state, so that a page offers only what can be done.
STATES_OF = {
    "submit": {State.DRAFT, State.CORRECTION_REQUESTED},
    "attach": {State.DRAFT, State.CORRECTION_REQUESTED},
    "accept": {State.SUBMITTED},
    "request_correction": {State.SUBMITTED, State.ACCEPTED},
    "register": {State.ACCEPTED},
    "approve": {State.SECOND_REVIEW},
    "send_back": {State.SECOND_REVIEW},
    "refuse": {State.SUBMITTED, State.ACCEPTED, State.SECOND_REVIEW},
    "amend": {State.REGISTERED},
    "cancel": {State.REGISTERED},
    "revoke": {State.REGISTERED},
    "correct": {State.REGISTERED},
}


def allowed_for_correction(actor: Actor, correction: Correction) -> list[str]:
    """The verbs the actor may do to the correction now."""
    return corrections.allowed_verbs(actor, correction) if correction.state == Correction.State.PROPOSED else []


def allowed_for_change(actor: Actor, change: Change) -> list[str]:
    """The verbs the actor may do to the change now."""
    return changes.allowed_verbs(actor, change) if change.state == Change.State.PROPOSED else []


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
