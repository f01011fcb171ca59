from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from contracts.reports.models import Report, ReportFile
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR, Side
from market.kernel.api import Payload, Reference

Sides = Annotated[
    list[Side], Field(max_length=3, description="Sides with tables of their own; none: output, absorption")
]
Note = Annotated[str, Field(max_length=2000)]


class ReportDraftIn(Payload):
    """A period: `number` is the month or quarter, left out for a year."""

    kind: Report.Kind
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    number: Annotated[int | None, Field(ge=1, le=12)] = None
    region: Annotated[str, Field(pattern=r"^(\d{6})?$", description="GB/T 2260; default: the market's own city")] = ""
    sides: Sides = []
    note: Note = ""


class ReviseIn(Payload):
    sides: Sides = []
    note: Note = ""


class ReturnIn(Payload):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class FileOut(Schema):
    """A form of a published report; `sha256` is its ETag."""

    form: ReportFile.Form
    sha256: str
    size_bytes: int
    url: str


class ReportOut(Schema):
    """A report; `up_to_entry` is the snapshot of the ledger that it was frozen under."""

    id: UUID
    kind: Report.Kind
    first_on: date
    last_on: date
    region: str
    sides: list[Side]
    edition: int
    superseded_by: UUID | None
    state: Report.State
    note: str
    return_reason: str
    made_by: Reference | None
    approved_by: Reference | None
    published_at: datetime | None
    up_to_entry: int | None
    files: list[FileOut]
    version: int
    allowed: list[str]


class ReportPage(Schema):
    items: list[ReportOut]
    next: str | None


class ReportSumsOut(Schema):
    """Yuan as decimal strings, signed."""

    contract_amount: str
    technology_amount: str
    contracts: int


class ChangeOut(Schema):
    """The later entries of one kind, in sum."""

    kind: str
    entries: int
    sums: ReportSumsOut


class RestatedOut(Schema):
    """`published` and every change add up to `now`."""

    side: Side
    published: ReportSumsOut
    changes: list[ChangeOut]
    now: ReportSumsOut


class RestatementOut(Schema):
    report_id: UUID
    sides: list[RestatedOut]


class RevisedSideOut(Schema):
    side: Side
    published: ReportSumsOut
    now: ReportSumsOut


class RevisedTableOut(Schema):
    dimension: str
    side: Side


class RevisionOut(Schema):
    """What an edition says otherwise than the published `edition` before it, null where there is none."""

    report_id: UUID
    edition: int | None
    sides: list[RevisedSideOut]
    tables: list[RevisedTableOut]


class AdjustmentOut(Schema):
    """A ledger entry that came after the report's snapshot; `reason` is empty where its contract is hidden."""

    entry_id: int
    kind: str
    effective_on: date
    known_at: datetime
    contract_amount: str
    technology_amount: str
    contracts: int
    sides: list[Side]
    reason: str


class AdjustmentPage(Schema):
    items: list[AdjustmentOut]
    next: str | None
