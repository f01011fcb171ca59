"""A report of the first layout as a PDF, drawn by typst; the same content and time give the same bytes."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk

from contracts.reports.layouts.v1.content import facts, plan_sentence
from contracts.reports.layouts.v1.tables import DIMENSIONS, MONTH, SIDES

TEMPLATE = Path(__file__).parent / "report.typ"
FONTS = Path(manimgx_fonts_cjk.__file__).parent


def draw_pdf(content: Mapping[str, Any], *, digest: str, at: datetime) -> bytes:
    """The PDF of a content; its foot bears the start of `digest`, the hash of the JSON that it shows.

    typst sees the texts as JSON data only, so that nothing in them is markup; `at` is the moment in the metadata.
    """
    import typst

    pdf: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"report": json.dumps(_values(content) | {"digest": digest[:16]}, ensure_ascii=False)},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
    return pdf


def _values(content: Mapping[str, Any]) -> dict[str, Any]:
    report, cumulative = content["report"], content["cumulative"]
    return {
        "title": content["title"],
        "facts": [[name, text or "—"] for name, text in facts(content)],
        "official": [_official_row(row) for row in content["official"]],
        "figure": [_figure_row(words, content["figure"][side]) for side, words in SIDES.items()],
        "cumulative": [_figure_row(words, cumulative[side]) for side, words in SIDES.items()],
        "plan": plan_sentence(cumulative["plan"]),
        "tables": [
            {"title": _table_title(table), "rows": [_table_row(row) for row in table["rows"]]}
            for table in content["tables"]
            if table["rows"]
        ],
        "flows": [[f"{row['seller_name']} → {row['buyer_name']}", *_amounts(row)] for row in content["flows"]],
        "note": report["note"].splitlines(),
        "notes": list(content["notes"]),
    }


def _table_title(table: Mapping[str, Any]) -> str:
    span = "（本年累计）" if table["dimension"] == MONTH else ""
    return f"按{DIMENSIONS[table['dimension']]}{span}：{SIDES[table['side']]}"


def _official_row(row: Mapping[str, Any]) -> list[str]:
    return [
        row["name"],
        f"{row['contracts']:,}",
        _percent(row["contracts_change_percent"]),
        row["contract_amount_yi"],
        _percent(row["contract_amount_change_percent"]),
        row["technology_amount_yi"],
        _percent(row["technology_amount_change_percent"]),
    ]


def _figure_row(name: str, row: Mapping[str, Any]) -> list[str]:
    return [
        name,
        f"{row['contracts']:,}",
        _percent(row["contracts_change_percent"]),
        _yuan(row["contract_amount"]),
        _percent(row["contract_amount_change_percent"]),
        _yuan(row["technology_amount"]),
        _percent(row["technology_amount_change_percent"]),
        _yuan(row["average_contract_amount"]),
    ]


def _table_row(row: Mapping[str, Any]) -> list[str]:
    change = _percent(row["contract_amount_change_percent"])
    return [row["name"], *_amounts(row), _percent(row["share_percent"]), change]


def _amounts(row: Mapping[str, Any]) -> list[str]:
    return [f"{row['contracts']:,}", _yuan(row["contract_amount"]), _yuan(row["technology_amount"])]


def _yuan(text: str | None) -> str:
    if text is None:
        return "—"
    whole, _point, cents = text.partition(".")
    return text if whole == "-0" else f"{int(whole):,}.{cents}"


def _percent(text: str | None) -> str:
    return "—" if text is None else text
