"""Profiles: what the ranker knows of a listing, as plain values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CONTEXT = 300  # characters of the text that are read: what lies behind ranks worse (docs/measurements-matching.md)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the ranker knows of a demand or an achievement; only the title must be there.

    `text` is the body in the order of its fields. `maturity` and `readiness_level` are what an achievement has and
    what a demand asks for; `amount` is an achievement's price and a demand's budget, in yuan;
    `signed` is how many deals an achievement's owner has brought to a contract.
    """

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
    signed: int | None = None

    @property
    def body(self) -> str:
        return self.text[:CONTEXT]

    @property
    def wording(self) -> str:
        """What a demand's vectors are made of: its title in the context of what it says."""
        return f"{self.title}\n{self.body}" if self.body else self.title
