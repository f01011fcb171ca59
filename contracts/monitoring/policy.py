"""Confirmed values are public; what waits or was sent back is between the office, the leaders and who watches them."""

from django.db.models import Q

from contracts.monitoring.models import IndicatorValue
from contracts.turnover.models import PlanIndicator
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy

State = IndicatorValue.State
PUBLISHED = (State.CONFIRMED, State.SUPERSEDED)
STAFF = (Role.CLERK, Role.MANAGER, Role.LEADER)


def watches(actor: Actor) -> bool:
    return actor.reads_everything or actor.has_role(Role.LEADER)


def visible_values(actor: Actor) -> Q:
    if watches(actor):
        return Q()
    own = Q(indicator__responsibility__office=actor.organisation_id, indicator__responsibility__office__isnull=False)
    return Q(state__in=PUBLISHED) | own


def answers_for(actor: Actor, indicator: PlanIndicator) -> bool:
    """A person of the responsible office; four eyes are people's, so a key never answers."""
    responsibility = getattr(indicator, "responsibility", None)
    return (
        responsibility is not None
        and actor.user_id is not None
        and actor.api_key_id is None
        and actor.acts_for(responsibility.office_id)
        and actor.has_role(*STAFF)
    )


def decides(actor: Actor, row: IndicatorValue) -> bool:
    return answers_for(actor, row.indicator)


def reads_proof(actor: Actor, row: IndicatorValue) -> bool:
    responsibility = getattr(row.indicator, "responsibility", None)
    return watches(actor) or (responsibility is not None and actor.acts_for(responsibility.office_id))


values = Policy(IndicatorValue, visible=visible_values, lifecycle="contracts.monitoring.lifecycle", scope="monitoring")
