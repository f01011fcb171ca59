"""The sums are public. A line opens for whoever sees its contract, and for the city's leaders, who answer for it."""

from django.db.models import Q

from contracts.agreements import policy as agreements
from contracts.turnover.models import TurnoverEntry
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy


def sees_every_line(actor: Actor) -> bool:
    if actor.scopes is not None and "turnover:read" not in actor.scopes:
        return False
    return actor.is_system or actor.reads_everything or actor.has_role(Role.LEADER)


def decides_assessment(actor: Actor) -> bool:
    return actor.is_operator


def visible_entries(actor: Actor) -> Q:
    if sees_every_line(actor):
        return Q()
    return Q(event__registration__contract__in=agreements.contracts.visible_to(actor).values("pk"))


entries = Policy(TurnoverEntry, visible=visible_entries, verbs={}, scope="turnover")
