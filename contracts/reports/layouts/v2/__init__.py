"""The second layout: the first one's, with the small cells of each table taken together (ADR 0022).

Frozen: nothing here may change what it writes. What it builds on, the first layout, never changes either.
"""

from contracts.reports.layouts.v1 import SCHEMES, TABLES, as_csv, as_json, draw_pdf, draw_workbook
from contracts.reports.layouts.v2.content import NUMBER, TOGETHER, content

__all__ = ["NUMBER", "SCHEMES", "TABLES", "TOGETHER", "as_csv", "as_json", "content", "draw_pdf", "draw_workbook"]
