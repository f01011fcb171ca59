"""A verdict belongs to the organisation that gave it; parties and brokers give them."""

from typing import Any

from django.db.models import Q

from listings.catalog.models import Achievement, Demand
from listings.catalog.policy import EDITORS
from market.kernel.actor import Actor
from market.kernel.policy import Policy
from matching.matches.models import Verdict


def own_verdicts(actor: Actor) -> Q:
    """Who said what stays with the organisation: not even the operator reads it, only how many there are."""
    return Q(organisation=actor.organisation_id) if actor.organisation_id is not None else Q(pk__in=[])


def judges(actor: Actor, demand: Demand, achievement: Achievement) -> bool:
    """Whether the actor may say what it thinks of a pair that it sees: a party to it, or a verified broker."""
    if actor.scopes is not None and "verdicts:write" not in actor.scopes:
        return False
    is_party = actor.acts_for(demand.owner_id) or actor.acts_for(achievement.owner_id)
    return (is_party and actor.has_role(*EDITORS)) or actor.is_broker


def is_own(actor: Actor, verdict: Any) -> bool:
    return actor.acts_for(verdict.organisation_id) and (actor.has_role(*EDITORS) or actor.is_broker)


verdicts = Policy(Verdict, visible=own_verdicts, verbs={"withdraw": is_own}, scope="verdicts")
