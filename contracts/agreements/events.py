"""What contracts tell the rest; the ids of deal and listings are null for a contract that came without a deal."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class ContractSigned(Event):
    topic: ClassVar[str] = "contracts.agreements.contract.signed"
    contract_id: UUID
    deal_id: UUID | None
    demand_id: UUID | None
    achievement_id: UUID | None
    seller_id: UUID
    buyer_id: UUID


@dataclass(frozen=True)
class ContractCompleted(Event):
    topic: ClassVar[str] = "contracts.agreements.contract.completed"
    contract_id: UUID
    deal_id: UUID | None


@dataclass(frozen=True)
class ContractTerminated(Event):
    topic: ClassVar[str] = "contracts.agreements.contract.terminated"
    contract_id: UUID
    deal_id: UUID | None
