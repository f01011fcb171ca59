"""What pages and endpoints show of contracts."""

from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from django.db.models import QuerySet

from contracts.agreements import policy, scans
from contracts.agreements.models import Signature, TechnologyContract
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the text, and of the scan of each party; None where that paper has no such page."""

    text: int | None
    seller: int | None
    buyer: int | None


def sheets(contract: TechnologyContract) -> list[Sheet]:
    """The pages of the text and of both scans, beside each other by number."""
    seals = {seal.party: seal.scan for seal in contract.signatures.select_related("scan")}
    papers = (contract.document, seals.get(Signature.Party.SELLER), seals.get(Signature.Party.BUYER))
    numbers = [range(1, scans.page_count(paper) + 1) if paper else () for paper in papers]
    return [Sheet(*row) for row in zip_longest(*numbers)]
