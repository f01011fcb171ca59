"""What a report of the first layout says, as plain values and as canonical JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.reports.layouts.v1.arithmetic import average, change_percent, in_yi, share_percent
from contracts.reports.layouts.v1.tables import (
    ABROAD,
    AMOUNTS,
    KINDS,
    MONTH,
    NOTES,
    NUMBER,
    OUTPUT,
    SCHEMES,
    SIDES,
    TABLES,
    UNKNOWN,
)
from contracts.reports.layouts.values import NOTHING, Compared, Flow, Heading, Part, Reading, Sums


def content(heading: Heading, reading: Reading, basis: Mapping[str, Any]) -> dict[str, Any]:
    """The report as plain values: yuan, 亿元 and percent as decimal strings, counts as integers."""
    names: Mapping[str, Mapping[str, str]] = basis["names"]
    total = reading.period[OUTPUT]
    regions = names.get("region", {})
    return {
        "layout": NUMBER,
        "title": title(heading, regions.get(heading.region, heading.region)),
        "report": {
            "kind": heading.kind,
            "first_on": heading.first_on.isoformat(),
            "last_on": heading.last_on.isoformat(),
            "region": heading.region,
            "region_name": regions.get(heading.region, heading.region),
            "sides": list(heading.sides),
            "edition": heading.edition,
            "up_to_entry": heading.up_to_entry,
            "published_on": None if heading.published_on is None else heading.published_on.isoformat(),
            "made_by": basis["made_by"],
            "approved_by": basis["approved_by"],
            "note": heading.note,
        },
        "official": _official(heading.region, total, reading.regions, regions),
        "figure": {side: _measure(found) for side, found in reading.period.items()},
        "cumulative": {
            "first_on": date(heading.last_on.year, 1, 1).isoformat(),
            "last_on": heading.last_on.isoformat(),
            **{side: _measure(found) for side, found in reading.year_to_date.items()},
            "plan": _plan(heading.last_on, reading.year_to_date, basis["plan"]),
        },
        "tables": [
            *(_table(by, side, reading, names.get(SCHEMES[by], {})) for side in heading.sides for by in TABLES),
            *(_months(side, heading.last_on, reading) for side in heading.sides),
        ],
        "flows": [_flow(flow, regions) for flow in reading.flows],
        "notes": list(NOTES),
    }


def as_json(found: Mapping[str, Any]) -> bytes:
    """Canonical: sorted keys, no spaces, UTF-8, one line."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def title(heading: Heading, place: str) -> str:
    """瑞金市2026年11月技术合同统计月报."""
    first = heading.first_on
    when = {
        "monthly": f"{first.year}年{first.month}月",
        "quarterly": f"{first.year}年第{(first.month + 2) // 3}季度",
        "yearly": f"{first.year}年",
    }[heading.kind]
    return f"{place}{when}技术合同统计{KINDS[heading.kind]}"


def facts(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the report is, line by line."""
    report = found["report"]
    return [
        ("报告期", f"{report['first_on']} 至 {report['last_on']}"),
        ("版次", f"第 {report['edition']} 版"),
        ("编制单位", report["made_by"]),
        ("审核单位", report["approved_by"]),
        ("发布日期", report["published_on"] or ""),
        ("截至台账分录", "" if report["up_to_entry"] is None else str(report["up_to_entry"])),
    ]


def remarks(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How it stands against the plan, what the office says, and the notes."""
    return [
        ("规划路径", plan_sentence(found["cumulative"]["plan"])),
        ("说明", found["report"]["note"]),
        *((f"注 {number}", note) for number, note in enumerate(found["notes"], start=1)),
    ]


def plan_sentence(plan: Mapping[str, Any] | None) -> str:
    """How the year stands against the plan's path, in words; empty where there is no path."""
    if plan is None:
        return ""
    counted = f"{SIDES[plan['side']]}{AMOUNTS[plan['amount']]}"
    words = f"{plan['year']}年规划路径{plan['planned_yi']}亿元，本年累计{counted}达到{plan['reached_percent']}%"
    if plan["against_plan_percent"] is not None:
        words += f"，与路径相比{Decimal(plan['against_plan_percent']):+}%"
    return f"{words}。"


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
        "average_contract_amount": _text(average(sums)),
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


def _table(by: str, side: str, reading: Reading, names: Mapping[str, str]) -> dict[str, Any]:
    whole = reading.period[side].sums.contract_amount
    return {
        "dimension": by,
        "side": side,
        "rows": [_row(part, names.get(part.code, part.code) or UNKNOWN, whole) for part in reading.tables[side][by]],
    }


def _months(side: str, last_on: date, reading: Reading) -> dict[str, Any]:
    """Every month from January to the end of the period, the empty ones too."""
    found = {part.code: part for part in reading.months[side]}
    months = [f"{month:02d}" for month in range(1, last_on.month + 1)]
    whole = reading.year_to_date[side].sums.contract_amount
    rows = [_row(found.get(code, Part(code, NOTHING, NOTHING)), f"{int(code)}月", whole) for code in months]
    return {"dimension": MONTH, "side": side, "rows": rows}


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
        "seller_name": names.get(flow.seller_region, flow.seller_region) or ABROAD,
        "buyer_region": flow.buyer_region,
        "buyer_name": names.get(flow.buyer_region, flow.buyer_region) or ABROAD,
        **_sums(flow.sums),
    }


def _plan(last_on: date, to_date: Mapping[str, Compared], plan: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The year's place on the plan's path, and how much of it is reached by what the city's assessment counts.

    None outside the plan's years, and in another region's report.
    """
    year = str(last_on.year)
    planned = Decimal(plan["path"][year]) if plan and year in plan["path"] else None
    if plan is None or planned is None:
        return None
    sums = to_date[plan["side"]].sums
    counted = sums.contract_amount if plan["amount"] == "contract_amount" else sums.technology_amount
    against = change_percent(counted, planned) if last_on.month == 12 else None
    return {
        "year": last_on.year,
        "side": plan["side"],
        "amount": plan["amount"],
        "counted": f"{counted:.2f}",
        "planned": f"{planned:.2f}",
        "planned_yi": f"{in_yi(planned):.2f}",
        "reached_percent": _text(share_percent(counted, planned)),
        "against_plan_percent": _text(against),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
