"""The broker's agency and both parties see an introduction and its deal; the broker moves them."""

from django.db.models import Q

from market.kernel.actor import Actor, OrganisationKind
from market.kernel.policy import Policy
from matching.brokerage.models import Deal, Introduction

Stage = Deal.Stage


PARTIES = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.ENTERPRISE, OrganisationKind.AGENCY})


def has_deals(actor: Actor) -> bool:
    """Who finds deals, and the contracts that come of them, in the menu."""
    return actor.organisation_kind in PARTIES or actor.reads_everything


def visible_introductions(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    own = actor.organisation_id
    return Q(agency=own) | Q(demand__owner=own) | Q(achievement__owner=own)


def visible_deals(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    own = actor.organisation_id
    return Q(agency=own) | Q(seller=own) | Q(buyer=own)


def brokers(actor: Actor, row: Introduction | Deal) -> bool:
    return actor.is_broker and actor.acts_for(row.agency_id)


introductions = Policy(
    Introduction, visible=visible_introductions, lifecycle="matching.brokerage.lifecycle", scope="introductions"
)
deals = Policy(Deal, visible=visible_deals, lifecycle="matching.brokerage.lifecycle", scope="deals")

ENDED = (Stage.COMPLETED, Stage.LOST, Stage.CIRCUMVENTED)
