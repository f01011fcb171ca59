"""What was kept of a published report, read back."""

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

from contracts.reports import queries
from contracts.reports.models import Report, ReportFile

XML = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def content_of(report: Report) -> dict:
    return json.loads(kept(report)["json"])


def kept(report: Report) -> dict[str, bytes]:
    return {row.form: queries.bytes_of(row) for row in ReportFile.objects.filter(report=report)}


def csv_of(report: Report) -> list[list[str]]:
    return list(csv.reader(io.StringIO(kept(report)["csv"].decode("utf-8-sig"))))


def cell_values(raw: bytes, sheet: str) -> list[list[str]]:
    """The values of a sheet, row by row, as they stand in the file; none of them is a formula."""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        names = [node.get("name") for node in parsed(book, "xl/workbook.xml").findall(".//x:sheet", XML)]
        shared = parsed(book, "xl/sharedStrings.xml")
        tree = parsed(book, f"xl/worksheets/sheet{names.index(sheet) + 1}.xml")
    words = ["".join(item.itertext()) for item in shared.findall("x:si", XML)]
    assert tree.findall(".//x:f", XML) == []
    rows = {}
    for row in tree.findall(".//x:row", XML):
        values = [(cell.get("t"), cell.findtext("x:v", "", XML)) for cell in row.findall("x:c", XML)]
        rows[int(row.get("r")) - 1] = [words[int(value)] if kind == "s" else value for kind, value in values]
    return [rows.get(number, []) for number in range(max(rows) + 1)]


def parsed(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))  # noqa: S314  our own file
