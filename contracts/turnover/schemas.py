from datetime import date, datetime
from uuid import UUID

from ninja import Schema


class SumsOut(Schema):
    """Yuan as decimal strings."""

    contract_amount: str
    technology_amount: str
    contracts: int


class PlanOut(Schema):
    """The plan's facts, not ledger entries; yuan as decimal strings, `path` by year at constant growth."""

    baseline_year: int
    baseline: str
    target_year: int
    target: str
    path: dict[str, str]


class TurnoverOut(Schema):
    """技术合同成交额 of a year; the top-level amounts are `output`, which the assessment counts."""

    year: int
    region: str
    as_of: date | None
    contract_amount: str
    technology_amount: str
    contracts: int
    output: SumsOut
    absorption: SumsOut
    intra: SumsOut
    against_plan_percent: str | None
    plan: PlanOut | None


class EntryOut(Schema):
    """A signed line of the ledger, and where it came from."""

    id: int
    kind: str
    contract_amount: str
    technology_amount: str
    seller_region: str
    buyer_region: str
    contract_type: str
    technology_field: str
    effective_on: date
    known_at: datetime
    registration_id: UUID
    registration_no: str
    contract_id: UUID
    contract_title: str
    deal_id: UUID | None


class EntryPage(Schema):
    items: list[EntryOut]
    next: str | None
