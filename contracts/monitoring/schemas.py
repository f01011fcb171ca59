from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR
from market.kernel.api import Payload, Reference


class OfficeIn(Payload):
    organisation_id: UUID
    due_days: Annotated[int, Field(ge=1, le=366, description="Days after 31 December by which a value is due")] = 90


class RejectIn(Payload):
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class SpanOut(Schema):
    """Decimal strings in the indicator's unit; `high` differs from `low` only where the plan names a range."""

    low: str
    high: str


class ReadingOut(Schema):
    """One indicator in one year. `status` is on_path, below, far_below or no_value; values are decimal strings."""

    year: int
    value: str | None
    planned: SpanOut | None
    missing_to_path: str | None
    missing_to_target: str | None
    status: str
    is_over: bool
    due_on: date | None
    is_overdue: bool


class IndicatorOut(Schema):
    """A row of the plan's table 2-1 as printed, who answers for it, and the year's reading."""

    no: int
    code: str
    name: str
    unit: str
    baseline_year: int
    baseline: str
    target_year: int
    target: str
    target_span: SpanOut
    is_fed_by_ledger: bool
    office: Reference | None
    reading: ReadingOut


class IndicatorList(Schema):
    year: int
    items: list[IndicatorOut]
    next: str | None


class ValueOut(Schema):
    """A value with where it came from; `allowed` names what the reader may do to it now."""

    id: UUID
    indicator_no: int
    year: int
    revision: int
    value: str
    source_text: str
    proof_sha256: str
    state: str
    entered_at: datetime
    decided_at: datetime | None
    reason: str
    version: int
    allowed: list[str]


class IndicatorDetail(Schema):
    """One indicator over the plan's years: the path, the readings, and every value the reader may see."""

    indicator: IndicatorOut
    years: list[ReadingOut]
    values: list[ValueOut]


class EnterIn(Payload):
    """The form's fields beside the file `proof`."""

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    value: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4, description="In the indicator's unit")]
    source_text: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
