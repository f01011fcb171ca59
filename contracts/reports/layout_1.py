"""The first layout: what a report says, as canonical JSON and as CSV.

Published reports are recomputed with the layout they were published with, to the byte. So nothing here may change what
it writes: another layout is another module. The words are Chinese whatever the reader's language, since they are
published; sums are taken first and rounded last, half up; nothing before is null, never infinity.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.registration.facts import Dimension
from contracts.reports.reading import SCHEMES, TABLES, Compared, Reading
from contracts.turnover.queries import Flow, Part
from contracts.turnover.rules import Period, Side, Sums, change_percent, share_percent
from market.kernel.money import in_yi

NUMBER = 1
KINDS = {"monthly": "月报", "quarterly": "季报", "yearly": "年报"}
SIDES = {Side.OUTPUT: "输出", Side.ABSORPTION: "吸纳", Side.INTRA: "本地流动"}
AMOUNTS = {"contract_amount": "成交额", "technology_amount": "技术交易额"}
DIMENSIONS = {
    Dimension.CONTRACT_TYPE: "合同类型",
    Dimension.TECHNOLOGY_FIELD: "技术领域",
    Dimension.SELLER_KIND: "卖方性质",
    Dimension.BUYER_KIND: "买方性质",
    Dimension.IP_TYPE: "知识产权类型",
    Dimension.PLAN_SOURCE: "计划来源",
    Dimension.SIZE_CLASS: "买方规模",
    Dimension.MONTH: "月份",
}
UNKNOWN = "未填"
NOTES = (
    "按登记日期（北京时间）统计；成交额为合同交易总额，技术交易额为扣除非技术性费用后的金额。",
    "输出：卖方在本地；吸纳：买方在本地；本地流动：双方均在本地，在输出和吸纳中各计一次。",
    "同比与上年同期相比，上年同期为零时不计算；先汇总、后四舍五入。",
    "合同数为期内新登记的合同；变更、更正、注销、撤销按其生效日期计入所在期间。",
)
# What stands in a line: the official table's columns (domain reference 2.3), then share, exact yuan and average.
MEASURES = {
    "contracts": "合同数(项)",
    "contracts_change_percent": "同比(%)",
    "contract_amount_yi": "成交额(亿元)",
    "contract_amount_change_percent": "同比(%)",
    "technology_amount_yi": "技术交易额(亿元)",
    "technology_amount_change_percent": "同比(%)",
    "share_percent": "成交额占比(%)",
    "contract_amount": "成交额(元)",
    "technology_amount": "技术交易额(元)",
    "average_contract_amount": "平均每项成交额(元)",
}
# How many of `facts` say what the report is; the others are its notes.
FACTS = 6
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is of, beside the numbers; `up_to_entry` and `published_on` are None in a preview."""

    kind: str
    period: Period
    region: str
    sides: Sequence[str]
    edition: int
    note: str
    up_to_entry: int | None
    published_on: date | None


def content(heading: Heading, reading: Reading, basis: Mapping[str, Any]) -> dict[str, Any]:
    """The report as plain values: yuan, 亿元 and percent as decimal strings, counts as integers."""
    names: Mapping[str, Mapping[str, str]] = basis["names"]
    sides = [Side(side) for side in heading.sides]
    total = reading.period[Side.OUTPUT]
    regions = names.get("region", {})
    return {
        "layout": NUMBER,
        "title": title(heading.kind, heading.period, regions.get(heading.region, heading.region)),
        "report": {
            "kind": heading.kind,
            "first_on": heading.period.first.isoformat(),
            "last_on": heading.period.last.isoformat(),
            "region": heading.region,
            "region_name": regions.get(heading.region, heading.region),
            "sides": [side.value for side in sides],
            "edition": heading.edition,
            "up_to_entry": heading.up_to_entry,
            "published_on": None if heading.published_on is None else heading.published_on.isoformat(),
            "made_by": basis["made_by"],
            "approved_by": basis["approved_by"],
            "note": heading.note,
        },
        "official": _official(heading.region, total, reading.regions, regions),
        "figure": {side.value: _measure(found) for side, found in reading.period.items()},
        "cumulative": {
            "first_on": date(heading.period.last.year, 1, 1).isoformat(),
            "last_on": heading.period.last.isoformat(),
            **{side.value: _measure(found) for side, found in reading.year_to_date.items()},
            "plan": _plan(heading.period, reading.year_to_date, basis["plan"]),
        },
        "tables": [
            *(_table(by, side, reading, names.get(SCHEMES[by], {})) for side in sides for by in TABLES),
            *(_months(side, heading.period, reading) for side in sides),
        ],
        "flows": [_flow(flow, regions) for flow in reading.flows],
        "notes": list(NOTES),
    }


def title(kind: str, period: Period, place: str) -> str:
    """瑞金市2026年11月技术合同统计月报."""
    first = period.first
    when = {
        "monthly": f"{first.year}年{first.month}月",
        "quarterly": f"{first.year}年第{(first.month + 2) // 3}季度",
        "yearly": f"{first.year}年",
    }[kind]
    return f"{place}{when}技术合同统计{KINDS[kind]}"


def as_json(found: Mapping[str, Any]) -> bytes:
    """Canonical: sorted keys, no spaces, UTF-8, one line."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def as_csv(found: Mapping[str, Any]) -> bytes:
    """One long table for spreadsheets: UTF-8 with its mark, CRLF, and no text that a spreadsheet would run."""
    target = io.StringIO()
    lines = csv.writer(target, lineterminator="\r\n")
    lines.writerow([_safe(found["title"])])
    lines.writerow(["表", "口径", "代码", "名称", *MEASURES.values()])
    lines.writerows(csv_lines(found))
    lines.writerow([])
    lines.writerows([name, _safe(text)] for name, text in facts(found))
    return target.getvalue().encode("utf-8-sig")


def facts(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the report is, in FACTS lines; then what the office says, and the notes."""
    report = found["report"]
    return [
        ("报告期", f"{report['first_on']} 至 {report['last_on']}"),
        ("版次", f"第 {report['edition']} 版"),
        ("编制单位", report["made_by"]),
        ("审核单位", report["approved_by"]),
        ("发布日期", report["published_on"] or ""),
        ("截至台账分录", "" if report["up_to_entry"] is None else str(report["up_to_entry"])),
        ("规划路径", plan_sentence(found["cumulative"]["plan"])),
        ("说明", report["note"]),
        *((f"注 {number}", note) for number, note in enumerate(found["notes"], start=1)),
    ]


def csv_lines(found: Mapping[str, Any]) -> list[list[Any]]:
    """The lines of the long table; texts made safe, what is null left empty."""
    lines = [_line("地区", "输出", row["region"], row["name"], row) for row in found["official"]]
    for name, part in (("本期", found["figure"]), ("本年累计", found["cumulative"])):
        lines += [_line(name, SIDES[side], "", "合计", part[side.value]) for side in SIDES]
    for table in found["tables"]:
        name, side = DIMENSIONS[Dimension(table["dimension"])], SIDES[Side(table["side"])]
        lines += [_line(name, side, row["code"], row["name"], row) for row in table["rows"]]
    for flow in found["flows"]:
        code, name = (f"{flow['seller_region']}→{flow['buyer_region']}", f"{flow['seller_name']}→{flow['buyer_name']}")
        lines.append(_line("地区流向", "", code, name, flow))
    if plan := found["cumulative"]["plan"]:
        planned = {plan["amount"]: plan["planned"], f"{plan['amount']}_yi": plan["planned_yi"]}
        lines.append(_line("规划路径", SIDES[Side(plan["side"])], "", f"{plan['year']}年全年", planned))
    return lines


def _line(table: str, side: str, code: str, name: str, row: Mapping[str, Any]) -> list[Any]:
    values = ["" if row.get(column) is None else row[column] for column in MEASURES]
    return [table, side, _safe(code), _safe(name), *values]


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula; numbers do not come through here."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _official(region: str, total: Compared, parts: Sequence[Part], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The region itself, then the regions inside it where there are several."""
    rows = [{"region": region, "name": names.get(region, region), **_measure(total)}]
    if [part.code for part in parts] not in ([], [region]):
        rows += [
            {"region": part.code, "name": names.get(part.code, part.code), **_measure(Compared(part.sums, part.before))}
            for part in parts
        ]
    return rows


def _measure(found: Compared) -> dict[str, Any]:
    sums, before = found.sums, found.before
    return {
        **_sums(sums),
        "average_contract_amount": _text(sums.average),
        "before": _sums(before),
        "contracts_change_percent": _text(change_percent(Decimal(sums.contracts), Decimal(before.contracts))),
        "contract_amount_change_percent": _text(change_percent(sums.contract_amount, before.contract_amount)),
        "technology_amount_change_percent": _text(change_percent(sums.technology_amount, before.technology_amount)),
    }


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "contracts": sums.contracts,
        "contract_amount": f"{sums.contract_amount:.2f}",
        "contract_amount_yi": f"{in_yi(sums.contract_amount):.2f}",
        "technology_amount": f"{sums.technology_amount:.2f}",
        "technology_amount_yi": f"{in_yi(sums.technology_amount):.2f}",
    }


def _table(by: Dimension, side: Side, reading: Reading, names: Mapping[str, str]) -> dict[str, Any]:
    whole = reading.period[side].sums.contract_amount
    return {
        "dimension": by.value,
        "side": side.value,
        "rows": [_row(part, names.get(part.code, part.code) or UNKNOWN, whole) for part in reading.tables[side][by]],
    }


def _months(side: Side, period: Period, reading: Reading) -> dict[str, Any]:
    """Every month from January to the end of the period, the empty ones too."""
    found = {part.code: part for part in reading.months[side]}
    months = [f"{month:02d}" for month in range(1, period.last.month + 1)]
    whole = reading.year_to_date[side].sums.contract_amount
    rows = [_row(found.get(code, Part(code, Sums(), Sums())), f"{int(code)}月", whole) for code in months]
    return {"dimension": Dimension.MONTH.value, "side": side.value, "rows": rows}


def _row(part: Part, name: str, whole: Decimal) -> dict[str, Any]:
    share = share_percent(part.sums.contract_amount, whole)
    return {
        "code": part.code,
        "name": name,
        **_measure(Compared(part.sums, part.before)),
        "share_percent": _text(share),
    }


def _flow(flow: Flow, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "seller_region": flow.seller_region,
        "seller_name": names.get(flow.seller_region, flow.seller_region) or "境外",
        "buyer_region": flow.buyer_region,
        "buyer_name": names.get(flow.buyer_region, flow.buyer_region) or "境外",
        **_sums(flow.sums),
    }


def _plan(period: Period, to_date: Mapping[Side, Compared], plan: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The year's place on the plan's path, and how much of it is reached by what the city's assessment counts.

    None outside the plan's years, and in another region's report.
    """
    year = period.last.year
    planned = Decimal(plan["path"][str(year)]) if plan and str(year) in plan["path"] else None
    if plan is None or planned is None:
        return None
    sums = to_date[Side(plan["side"])].sums
    counted = sums.contract_amount if plan["amount"] == "contract_amount" else sums.technology_amount
    against = change_percent(counted, planned) if period.last.month == 12 else None
    return {
        "year": year,
        "side": plan["side"],
        "amount": plan["amount"],
        "counted": f"{counted:.2f}",
        "planned": f"{planned:.2f}",
        "planned_yi": f"{in_yi(planned):.2f}",
        "reached_percent": _text(share_percent(counted, planned)),
        "against_plan_percent": _text(against),
    }


def plan_sentence(plan: Mapping[str, Any] | None) -> str:
    """How the year stands against the plan's path, in words; empty where there is no path."""
    if plan is None:
        return ""
    counted = f"{SIDES[Side(plan['side'])]}{AMOUNTS[plan['amount']]}"
    words = f"{plan['year']}年规划路径{plan['planned_yi']}亿元，本年累计{counted}达到{plan['reached_percent']}%"
    if plan["against_plan_percent"] is not None:
        words += f"，与路径相比{Decimal(plan['against_plan_percent']):+}%"
    return f"{words}。"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
