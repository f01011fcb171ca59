"""interim"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Side:
    title: str
    text: str = ""
    technology_field: str = ""
    industries: tuple[str, ...] = ()
    ipc_codes: tuple[str, ...] = ()
    local_industry: str = ""
    region: str = ""
    maturity: str = ""
    readiness_level: int | None = None
    amount: Decimal | None = None
    published_on: date | None = None
