"""What of the ledger a page is asked to show, read from its address and written back into the addresses it links."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from contracts.registration.facts import Dimension
from contracts.turnover.rules import FIRST_YEAR, LAST_YEAR, Period, Side, Snapshot
from market.kernel.problems import InvalidInput

PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")
MONTH = re.compile(r"0[1-9]|1[0-2]")
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """A period (`2026`, `2026-Q3`, `2026-11`), a side, a day of knowledge, and codes by dimension."""

    period: str
    side: Side = Side.OUTPUT
    as_of: date | None = None
    codes: Mapping[Dimension, str] = field(default_factory=dict)

    @property
    def year(self) -> int:
        return int(self.period[:4])

    @property
    def whole(self) -> Period:
        """All days of the period."""
        return period_of(self.period)

    def until(self, today: date) -> Period:
        """The days of the period that are over or running on the last day that is looked at."""
        whole, last = self.whole, min(self.as_of or today, today)
        return Period(whole.first, min(whole.last, last)) if whole.first <= last else whole

    @property
    def snapshot(self) -> Snapshot:
        """What was known at the end of the day, in Asia/Shanghai."""
        return Snapshot.at_end_of(self.as_of)

    @property
    def name(self) -> str:
        """The period in words."""
        found = PERIOD.fullmatch(self.period)
        if found is not None and found[2]:
            return _("%(year)s 年第 %(quarter)s 季度") % {"year": found[1], "quarter": found[2]}
        if found is not None and found[3]:
            return _("%(year)s 年 %(month)s 月") % {"year": found[1], "month": int(found[3])}
        return _("%(year)s 年") % {"year": self.period[:4]}

    def query(self, **changes: Any) -> str:
        """The address's query for this choice with changes; what is as by default is left out."""
        wanted = replace(self, **changes)
        pairs = {"period": wanted.period}
        if (side := Side(wanted.side)) != Side.OUTPUT:
            pairs["side"] = side.value
        if wanted.as_of is not None:
            pairs["as_of"] = wanted.as_of.isoformat()
        return urlencode(pairs | {dimension.value: code for dimension, code in wanted.codes.items()})

    def with_code(self, dimension: Dimension, code: str) -> "Choice":
        return replace(self, codes={**self.codes, dimension: code})

    def without(self, dimension: Dimension) -> "Choice":
        return replace(self, codes={name: code for name, code in self.codes.items() if name != dimension})


def read(query: QueryDict, *, period: str) -> Choice:
    """The choice that an address makes; `period` is the one where it names none. Raises InvalidInput."""
    asked = query.get("period") or period
    found = PERIOD.fullmatch(asked)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise _invalid("period", asked)
    side = query.get("side", "") or Side.OUTPUT
    if side not in set(Side):
        raise _invalid("side", side)
    codes = {dimension: str(query.get(dimension, ""))[:LONGEST_CODE] for dimension in Dimension if dimension in query}
    if not MONTH.fullmatch(codes.get(Dimension.MONTH, "01")):
        raise _invalid(Dimension.MONTH, codes[Dimension.MONTH])
    return Choice(asked, Side(side), _date(query.get("as_of", "")), codes)


def period_of(text: str) -> Period:
    """The days of `2026`, `2026-Q3` or `2026-11`. Raises ValueError."""
    found = PERIOD.fullmatch(text)
    if found is None:
        raise ValueError(f"not a period: {text}")
    year = int(found[1])
    if found[2]:
        return Period.quarter(year, int(found[2]))
    return Period.month(year, int(found[3])) if found[3] else Period.year(year)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise _invalid("as_of", text) from error
    # The day after must exist too.
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _invalid("as_of", text)
    return found


def _invalid(name: str, text: str) -> InvalidInput:
    return InvalidInput(
        errors=[{"loc": [name], "code": f"{name}_invalid", "message": _("无法识别：%(text)s") % {"text": text[:20]}}]
    )
