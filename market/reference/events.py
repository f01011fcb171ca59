"""What happens to code lists, for whoever keeps their words elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

from market.kernel.outbox import Event


@dataclass(frozen=True, slots=True)
class CodeListChanged(Event):
    topic: ClassVar[str] = "market.reference.code_list.changed"

    scheme: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CalendarYearChanged(Event):
    """The arrangement of a year became known, or another; a load of several years tells of the last."""

    topic: ClassVar[str] = "market.reference.calendar_year.changed"

    year: int
