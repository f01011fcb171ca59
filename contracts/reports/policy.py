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


def submits(actor: Actor, report: Report) -> bool:
    return makes(actor, report) and is_person(actor)


def approves(actor: Actor, report: Report) -> bool:
    """The leader or an operator, who must be another person than the makers."""
    return is_person(actor) and (actor.is_operator or is_of_the_city(actor, Role.LEADER))


def is_person(actor: Actor) -> bool:
    """Four eyes are those of people: a key has none."""
    return actor.user_id is not None and actor.api_key_id is None


def visible_reports(actor: Actor) -> Q:
    if is_office(actor) or actor.has_role(Role.AUDITOR):
        return Q()
    return Q(state=State.PUBLISHED)


reports = Policy(Report, visible=visible_reports, lifecycle="contracts.reports.lifecycle", scope="reports")
