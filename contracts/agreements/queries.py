"""What pages and endpoints show of contracts."""

from uuid import UUID

from django.db.models import QuerySet

from contracts.agreements import policy
from contracts.agreements.models import TechnologyContract
from market.kernel.actor import Actor
from market.kernel.problems import NotFound


def contracts(*, actor: Actor, state: str = "") -> QuerySet[TechnologyContract]:
    """Contracts the actor may know of; the caller orders them."""
    rows = policy.contracts.visible_to(actor).select_related("seller", "buyer", "deal").prefetch_related("signatures")
    return rows.filter(state=state) if state else rows


def contract(*, actor: Actor, contract_id: UUID) -> TechnologyContract:
    """One contract with its parties and deal; raises NotFound."""
    rows = contracts(actor=actor).select_related(
        "deal__introduction__achievement", "deal__introduction__demand", "document"
    )
    row = rows.filter(pk=contract_id).first()
    if row is None:
        raise NotFound
    return row
