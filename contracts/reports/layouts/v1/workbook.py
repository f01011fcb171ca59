"""A report of the first layout as a workbook; the same content and time of creation give the same bytes."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.reports.layouts.v1.content import facts, remarks
from contracts.reports.layouts.v1.tables import DIMENSIONS, MEASURES, SIDES

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# Amounts of more than fifteen digits would lose their fen in a spreadsheet's number, so they are written as text.
LONGEST_NUMBER = 15
COUNT, AMOUNT = "#,##0", "#,##0.00"
HEADS = tuple(MEASURES.values())
KEYS = tuple(MEASURES)


class Book:
    """A workbook being written, with its formats."""

    def __init__(self, target: io.BytesIO, *, title: str, at: datetime) -> None:
        import xlsxwriter

        # No text becomes a formula or a link, whatever it begins with.
        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book: Workbook = xlsxwriter.Workbook(target, {"in_memory": True, **safe})
        self.book.set_properties({"title": title, "created": at.astimezone(UTC).replace(tzinfo=None)})
        self.bold: Format = self.book.add_format({"bold": True, "font_size": 14})
        self.head: Format = self.book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "bg_color": "#E8EEF4",
                "border": 1,
            }
        )
        self.plain: Format = self.book.add_format({"border": 1})
        self.count: Format = self.book.add_format({"border": 1, "num_format": COUNT})
        self.amount: Format = self.book.add_format({"border": 1, "num_format": AMOUNT})
        self.right: Format = self.book.add_format({"border": 1, "align": "right"})
        self.wrapped: Format = self.book.add_format({"text_wrap": True, "valign": "top"})

    def sheet(self, name: str, title: str, heads: Sequence[str], widths: Sequence[float]) -> "Worksheet":
        """A sheet with its title and heads; rows begin at the third line."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.bold)
        for column, head in enumerate(heads):
            sheet.write_string(2, column, head, self.head)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_row(2, 32)
        sheet.freeze_panes(3, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def line(self, sheet: "Worksheet", row: int, texts: Sequence[str], values: Sequence[int | str | None]) -> None:
        """A line: texts, then counts and decimal strings as numbers; a dash where there is none."""
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, self.plain)
        for column, value in enumerate(values, start=len(texts)):
            if value is None:
                sheet.write_string(row, column, "—", self.right)
            elif isinstance(value, int):
                sheet.write_number(row, column, value, self.count)
            elif len(value.replace("-", "").replace(".", "")) > LONGEST_NUMBER:
                sheet.write_string(row, column, value, self.right)
            else:
                sheet.write_number(row, column, float(value), self.amount)


def draw_workbook(content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The workbook of a content: the official table, the figure, the tables by side, flows and notes."""
    target = io.BytesIO()
    book = Book(target, title=content["title"], at=at)
    _official(book, content)
    _figure(book, content)
    for side in content["report"]["sides"]:
        _tables(book, content, side)
    _flows(book, content)
    _notes(book, content)
    book.book.close()
    return target.getvalue()


def _official(book: Book, content: Mapping[str, Any]) -> None:
    heads = ("城市/地区", *HEADS[:6], "成交额(元)", "技术交易额(元)")
    sheet = book.sheet("总表", content["title"], heads, (16, 12, 12, 14, 12, 17, 12, 20, 20))
    for number, row in enumerate(content["official"], start=3):
        keys = (*KEYS[:6], "contract_amount", "technology_amount")
        book.line(sheet, number, [row["name"]], [row[key] for key in keys])


def _figure(book: Book, content: Mapping[str, Any]) -> None:
    heads = ("期间", "口径", *(head for head, key in zip(HEADS, KEYS, strict=True) if key != "share_percent"))
    keys = [key for key in KEYS if key != "share_percent"]
    sheet = book.sheet("本期与累计", content["title"], heads, (16, 12, 12, 12, 14, 12, 17, 12, 20, 20, 20))
    number = 3
    for name, part in (("本期", content["figure"]), ("本年累计", content["cumulative"])):
        for side, words in SIDES.items():
            book.line(sheet, number, [name, words], [part[side][key] for key in keys])
            number += 1


def _tables(book: Book, content: Mapping[str, Any], side: str) -> None:
    words = SIDES[side]
    heads = ("表", "名称", *HEADS)
    sheet = book.sheet(f"分项-{words}", f"{content['title']}（{words}）", heads, (14, 26, *[14] * 7, *[20] * 3))
    number = 3
    for table in content["tables"]:
        for row in table["rows"] if table["side"] == side else ():
            texts = [DIMENSIONS[table["dimension"]], row["name"]]
            book.line(sheet, number, texts, [row[key] for key in KEYS])
            number += 1


def _flows(book: Book, content: Mapping[str, Any]) -> None:
    heads = ("卖方地区", "买方地区", "合同数(项)", "成交额(亿元)", "技术交易额(亿元)", "成交额(元)", "技术交易额(元)")
    keys = ("contracts", "contract_amount_yi", "technology_amount_yi", "contract_amount", "technology_amount")
    sheet = book.sheet("地区流向", content["title"], heads, (18, 18, 12, 14, 17, 20, 20))
    for number, row in enumerate(content["flows"], start=3):
        book.line(sheet, number, [row["seller_name"], row["buyer_name"]], [row[key] for key in keys])


def _notes(book: Book, content: Mapping[str, Any]) -> None:
    sheet = book.sheet("说明", content["title"], (), (18, 90))
    for number, (name, value) in enumerate((*facts(content), *remarks(content)), start=2):
        sheet.write_string(number, 0, name, book.wrapped)
        sheet.write_string(number, 1, value, book.wrapped)
