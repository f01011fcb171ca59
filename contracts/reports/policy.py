"""Published reports are for everyone; before that, for the office that makes them and for the auditor."""

from django.db.models import Q

from contracts.reports.models import Report
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.policy import Policy

State = Report.State


def is_of_the_city(actor: Actor, *roles: Role) -> bool:
    return actor.organisation_kind == OrganisationKind.GOVERNMENT and actor.is_verified and actor.has_role(*roles)


def is_office(actor: Actor) -> bool:
    """Who makes reports: the market's operator, and the city's department with its leader."""
    return actor.is_operator or is_of_the_city(actor, Role.LEADER, Role.CLERK)


def makes(actor: Actor, report: Report) -> bool:
    return is_office(actor)


def approves(actor: Actor, report: Report) -> bool:
    """The leader or an operator; that it is another person than the maker is asked when it happens."""
    return is_person(actor) and (actor.is_operator or is_of_the_city(actor, Role.LEADER))


def is_person(actor: Actor) -> bool:
    """Four eyes are those of people: a key has none."""
    return actor.user_id is not None and actor.api_key_id is None


def visible_reports(actor: Actor) -> Q:
    if is_office(actor) or actor.has_role(Role.AUDITOR):
        return Q()
    return Q(state=State.PUBLISHED)


reports = Policy(
    Report,
    visible=visible_reports,
    verbs={
        "revise": makes,
        "discard": makes,
        "submit": lambda actor, report: makes(actor, report) and is_person(actor),
        "publish": approves,
        "return": approves,
    },
    scope="reports",
)

# What each verb needs of the state, so that a page offers only what can be done.
STATES_OF = {
    "revise": {State.DRAFT, State.RETURNED},
    "discard": {State.DRAFT, State.RETURNED},
    "submit": {State.DRAFT, State.RETURNED},
    "publish": {State.SUBMITTED},
    "return": {State.SUBMITTED},
}


def allowed(actor: Actor, report: Report) -> list[str]:
    """The verbs the actor may do to the report now; who made it is not offered to approve it."""
    found = [verb for verb in reports.allowed_verbs(actor, report) if report.state in STATES_OF[verb]]
    return [verb for verb in found if verb != "publish" or is_second_person(actor, report)]


def is_second_person(actor: Actor, report: Report) -> bool:
    return actor.user_id is not None and actor.user_id not in report.makers
