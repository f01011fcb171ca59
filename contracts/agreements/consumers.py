"""What becomes of a contract moves the deal and the listings below, and a deal that ends for good moves it.

One that came without a deal moves none.
"""

from contracts.agreements import services
from contracts.agreements.events import ContractCompleted, ContractSigned, ContractTerminated
from listings.catalog import services as catalog
from market.kernel import clock
from market.kernel.outbox import Envelope
from matching.brokerage import services as brokerage
from matching.brokerage.events import DealMoved
from matching.brokerage.models import Deal


def transact_listings(envelope: Envelope[ContractSigned]) -> None:
    contract = envelope.event
    catalog.mark_transacted(achievement_id=contract.achievement_id, demand_id=contract.demand_id, at=clock.now())


def sign_deal(envelope: Envelope[ContractSigned]) -> None:
    if deal_id := envelope.event.deal_id:
        brokerage.mark_signed(deal_id=deal_id, at=envelope.occurred_at)


def complete_deal(envelope: Envelope[ContractCompleted]) -> None:
    if deal_id := envelope.event.deal_id:
        brokerage.mark_completed(deal_id=deal_id, at=envelope.occurred_at)


def dissolve_deal(envelope: Envelope[ContractTerminated]) -> None:
    if deal_id := envelope.event.deal_id:
        brokerage.mark_dissolved(deal_id=deal_id, at=envelope.occurred_at)


def withdraw_abandoned(envelope: Envelope[DealMoved]) -> None:
    if envelope.event.stage == Deal.Stage.CIRCUMVENTED:
        services.withdraw_abandoned(deal_id=envelope.event.deal_id, at=envelope.occurred_at)
