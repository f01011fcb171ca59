from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class ReportPublished(Event):
    """A report is frozen and public."""

    topic: ClassVar[str] = "contracts.reports.published"
    report_id: UUID
    kind: str
    first_on: date
    last_on: date
    region: str
    edition: int
    up_to_entry: int
    json_sha256: str
