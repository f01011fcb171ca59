"""The first layout. Frozen: nothing here may change what it writes."""

from contracts.reports.layouts.v1.content import as_json, content
from contracts.reports.layouts.v1.csv import as_csv
from contracts.reports.layouts.v1.pdf import draw_pdf
from contracts.reports.layouts.v1.tables import NUMBER, SCHEMES, TABLES, TOGETHER
from contracts.reports.layouts.v1.workbook import draw_workbook

__all__ = ["NUMBER", "SCHEMES", "TABLES", "TOGETHER", "as_csv", "as_json", "content", "draw_pdf", "draw_workbook"]
