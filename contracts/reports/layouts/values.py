"""What every layout is given: plain values with nothing in them that could come out otherwise on another day.

Frozen with the layouts that read them: a later layout that needs more gets a field more, with a default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """Yuan, and a number of contracts; each may be negative."""

    contract_amount: Decimal
    technology_amount: Decimal
    contracts: int


NOTHING = Sums(Decimal("0.00"), Decimal("0.00"), 0)


@dataclass(frozen=True, slots=True)
class Compared:
    """The sums of a span, and those of the same span of the year before."""

    sums: Sums
    before: Sums


@dataclass(frozen=True, slots=True)
class Part:
    """A cell of a table: its code, its sums, and those of the same cell a year before."""

    code: str
    sums: Sums
    before: Sums


@dataclass(frozen=True, slots=True)
class Flow:
    """What the sellers of one region sold to the buyers of another."""

    seller_region: str
    buyer_region: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Reading:
    """Sums of the period and of the year up to its end by side (`output`, `absorption`, `intra`), under one snapshot.

    `tables` are parts by side and dimension; `months` goes from January to the end of the period; `regions` holds the
    sellers' regions inside the report's.
    """

    period: Mapping[str, Compared]
    year_to_date: Mapping[str, Compared]
    tables: Mapping[str, Mapping[str, Sequence[Part]]]
    months: Mapping[str, Sequence[Part]]
    regions: Sequence[Part]
    flows: Sequence[Flow]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is of, beside the numbers; `up_to_entry` and `published_on` are None in a preview.

    `kind`: `monthly`, `quarterly` or `yearly`; both days are included.
    """

    kind: str
    first_on: date
    last_on: date
    region: str
    sides: Sequence[str]
    edition: int
    note: str
    up_to_entry: int | None
    published_on: date | None
