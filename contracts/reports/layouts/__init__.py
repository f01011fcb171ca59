"""The layouts of reports by number: the newest for a new report, its own for a published one.

A published report is recomputed with its layout, to the byte. So a layout is a package that never changes once a report
was published with it, with tables, words, growth and rounding of its own; of the product it imports `values` only, and
an earlier layout at most. Another layout is another package.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from contracts.reports.layouts import v1, v2
from contracts.reports.layouts.values import Heading, Reading


class Layout(Protocol):
    """What a layout's package offers.

    `TABLES`: the dimensions of a side's tables, beside the months. `SCHEMES`: the list that names the codes of each.
    `TOGETHER`: the code of a line of several parts, None where each part stands by itself.
    """

    NUMBER: int
    TABLES: Sequence[str]
    SCHEMES: Mapping[str, str]
    TOGETHER: str | None

    def content(self, heading: Heading, reading: Reading, basis: Mapping[str, Any]) -> dict[str, Any]: ...
    def as_json(self, content: Mapping[str, Any]) -> bytes: ...
    def as_csv(self, content: Mapping[str, Any]) -> bytes: ...
    def draw_pdf(self, content: Mapping[str, Any], *, digest: str, at: datetime) -> bytes: ...
    def draw_workbook(self, content: Mapping[str, Any], *, at: datetime) -> bytes: ...


LAYOUTS: Mapping[int, Layout] = {1: v1, 2: v2}
NEWEST = max(LAYOUTS)
