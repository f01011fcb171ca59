"""A notice is for one person's eyes; a machine has no inbox."""

from django.db.models import Q

from market.kernel.actor import Actor
from market.kernel.policy import Policy
from market.notices.models import Notice


def own(actor: Actor) -> Q:
    return Q(user=actor.user_id) if actor.user_id is not None else Q(pk__in=[])


notices = Policy(
    Notice, visible=own, verbs={"read": lambda actor, notice: notice.user_id == actor.user_id}, scope="notices"
)
