"""A report of the first layout as one long table for spreadsheets."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from contracts.reports.layouts.v1.content import facts, remarks
from contracts.reports.layouts.v1.tables import DIMENSIONS, MEASURES, OUTPUT, SIDES

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(found: Mapping[str, Any]) -> bytes:
    """UTF-8 with its mark, CRLF, and no text that a spreadsheet would run."""
    target = io.StringIO()
    lines = csv.writer(target, lineterminator="\r\n")
    lines.writerow([_safe(found["title"])])
    lines.writerow(["表", "口径", "代码", "名称", *MEASURES.values()])
    lines.writerows(_lines(found))
    lines.writerow([])
    lines.writerows([name, _safe(text)] for name, text in (*facts(found), *remarks(found)))
    return target.getvalue().encode("utf-8-sig")


def _lines(found: Mapping[str, Any]) -> list[list[Any]]:
    """The lines of the long table; texts made safe, what is null left empty."""
    lines = [_line("地区", SIDES[OUTPUT], row["region"], row["name"], row) for row in found["official"]]
    for name, part in (("本期", found["figure"]), ("本年累计", found["cumulative"])):
        lines += [_line(name, words, "", "合计", part[side]) for side, words in SIDES.items()]
    for table in found["tables"]:
        name, side = DIMENSIONS[table["dimension"]], SIDES[table["side"]]
        lines += [_line(name, side, row["code"], row["name"], row) for row in table["rows"]]
    for flow in found["flows"]:
        code, name = (f"{flow['seller_region']}→{flow['buyer_region']}", f"{flow['seller_name']}→{flow['buyer_name']}")
        lines.append(_line("地区流向", "", code, name, flow))
    if plan := found["cumulative"]["plan"]:
        planned = {plan["amount"]: plan["planned"], f"{plan['amount']}_yi": plan["planned_yi"]}
        lines.append(_line("规划路径", SIDES[plan["side"]], "", f"{plan['year']}年全年", planned))
    return lines


def _line(table: str, side: str, code: str, name: str, row: Mapping[str, Any]) -> list[Any]:
    values = ["" if row.get(column) is None else row[column] for column in MEASURES]
    return [table, side, _safe(code), _safe(name), *values]


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula; numbers do not come through here."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
