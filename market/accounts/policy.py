"""Verified organisations are public; what stands behind them is for their own people and the operator."""

from django.db.models import Q

from market.accounts.models import ApiKey, Membership, Organisation
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy


def manages(actor: Actor, organisation: Organisation) -> bool:
    return actor.is_operator or (actor.acts_for(organisation.id) and actor.has_role(Role.MANAGER))


def visible_organisations(actor: Actor) -> Q:
    if actor.is_operator or actor.has_role(Role.AUDITOR):
        return Q()
    return Q(verified_at__isnull=False) | Q(pk=actor.organisation_id)


def own_or_operated(actor: Actor) -> Q:
    return Q() if actor.is_operator else Q(organisation=actor.organisation_id, organisation__isnull=False)


def own_keys(actor: Actor) -> Q:
    return Q(organisation=actor.organisation_id) if actor.has_role(Role.MANAGER) else Q(pk__in=[])


organisations = Policy(
    Organisation,
    visible=visible_organisations,
    verbs={
        "update": manages,
        "add_member": manages,
        "issue_key": lambda actor, row: actor.user_id is not None and manages(actor, row) and actor.acts_for(row.id),
        "verify": lambda actor, row: actor.is_operator,
    },
    scope="organisations",
)
memberships = Policy(
    Membership,
    visible=own_or_operated,
    verbs={"end": lambda actor, row: manages(actor, row.organisation)},
    scope="organisations",
)
api_keys = Policy(
    ApiKey,
    visible=own_keys,
    verbs={"revoke": lambda actor, row: manages(actor, row.organisation)},
    scope="organisations",
)
