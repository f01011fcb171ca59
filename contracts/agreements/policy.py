"""Both parties and the deal's agency see a contract; rooms above let in those who have business with it."""

from collections.abc import Callable

from django.db.models import Q

from contracts.agreements.models import TechnologyContract
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy

EDITORS = (Role.CLERK, Role.MANAGER)
_contributions: list[Callable[[Actor], Q]] = []


def register_visibility(condition: Callable[[Actor], Q]) -> None:
    """Let a room above say who else sees which contracts: the registry those it was asked to register."""
    _contributions.append(condition)


def visible_contracts(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    own = actor.organisation_id
    condition = Q(seller=own) | Q(buyer=own) | Q(deal__agency=own)
    for contribution in _contributions:
        condition |= contribution(actor)
    return condition


def is_party(actor: Actor, contract: TechnologyContract) -> bool:
    own = actor.organisation_id
    return own is not None and own in {contract.seller_id, contract.buyer_id} and actor.has_role(*EDITORS)


def drafts(actor: Actor, contract: TechnologyContract) -> bool:
    """A clerk of either party, or the deal's broker."""
    if is_party(actor, contract):
        return True
    deal = contract.deal
    return deal is not None and actor.acts_for(deal.agency_id) and actor.has_role(Role.BROKER)


contracts = Policy(
    TechnologyContract, visible=visible_contracts, lifecycle="contracts.agreements.lifecycle", scope="contracts"
)


def party_of(actor: Actor, contract: TechnologyContract) -> str:
    return "seller" if actor.acts_for(contract.seller_id) else "buyer"
