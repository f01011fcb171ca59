"""A saved search is its owner's alone: what somebody looks for is nobody else's business, the operator's neither."""

from django.db.models import Q

from market.kernel.actor import Actor
from market.kernel.policy import Policy
from search.saved.models import SavedSearch


def own(actor: Actor) -> Q:
    if actor.api_key_id is not None:
        return Q(api_key=actor.api_key_id)
    return Q(user=actor.user_id) if actor.user_id is not None else Q(pk__in=[])


def owns(actor: Actor, search: SavedSearch) -> bool:
    if actor.api_key_id is not None:
        return search.api_key_id == actor.api_key_id
    return actor.user_id is not None and search.user_id == actor.user_id


saved_searches = Policy(
    SavedSearch, visible=own, verbs={"update": owns, "delete": owns, "renew_feed": owns}, scope="searches"
)
