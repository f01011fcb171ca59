from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from contracts.turnover.models import Assessment
from market.kernel.api import Payload


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


class CountsOut(Schema):
    """What the city's assessment counts."""

    side: str
    amount: str


class TurnoverOut(Schema):
    """技术合同成交额 of a period; the top-level amounts are `output`.

    `before` is the output of the same days a year before and `change_percent` the growth since; `counted` is what the
    city's assessment counts, which is measured against the plan.
    """

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
    first_on: date
    last_on: date
    average: str | None
    before: SumsOut
    change_percent: str | None
    counts: CountsOut
    counted: str


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


class PartOut(Schema):
    """A part of the figure, with its share of the whole and the growth since the same days a year before.

    `before` is null where that part is not told apart a year before.
    """

    code: str
    name: str
    contract_amount: str
    technology_amount: str
    contracts: int
    average: str | None
    share_percent: str | None
    change_percent: str | None
    before: SumsOut | None


Suppressed = Annotated[
    Literal["", "small_cells", "not_published"],
    Field(
        description="Why `items` is not everything: parts of fewer than three contracts are not told apart, or this "
        "side, period or day is not told in parts; empty where nothing is withheld"
    ),
]


class BreakdownOut(Schema):
    """`suppressed_sums` is what the parts that are not told apart come to together, null where they are few."""

    by: str
    side: str
    region: str
    first_on: date
    last_on: date
    as_of: date | None
    items: list[PartOut]
    suppressed: Suppressed
    suppressed_sums: SumsOut | None


class FlowOut(Schema):
    seller_region: str
    buyer_region: str
    contract_amount: str
    technology_amount: str
    contracts: int


class FlowsOut(Schema):
    """`suppressed_sums` is what the flows that are not told apart come to together; null as in a breakdown."""

    region: str
    first_on: date
    last_on: date
    as_of: date | None
    items: list[FlowOut]
    suppressed: Suppressed
    suppressed_sums: SumsOut | None


class RankOut(Schema):
    """Place by contract amount among the regions of the same level that have any; null where it has none itself."""

    region: str
    side: str
    first_on: date
    last_on: date
    place: int | None
    regions: int


class AssessmentIn(Payload):
    valid_from: date
    side: Assessment.CountedSide
    amount: Assessment.CountedAmount
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class AssessmentOut(Schema):
    valid_from: date
    side: str
    amount: str
    reason: str
    decided_at: datetime


class AssessmentPage(Schema):
    items: list[AssessmentOut]
