"""The contract's text as a PDF, drawn by typst with the Chinese font; the same contract gives the same bytes."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk
import typst

from contracts.agreements import rules
from contracts.agreements.models import TechnologyContract

TEMPLATE = Path(__file__).parent / "typst" / "contract.typ"
FONTS = Path(manimgx_fonts_cjk.__file__).parent
# The moment printed into the file's metadata; fixed, so that the bytes depend on the text alone.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PARTIES = {
    "development": ("研究开发人", "委托人"),
    "assignment": ("让与人", "受让人"),
    "license": ("许可人", "被许可人"),
    "consulting": ("受托人", "委托人"),
    "service": ("受托人", "委托人"),
}
CLAUSES = (
    ("subject_matter", "一、标的的内容、范围和要求"),
    ("performance_plan", "二、履行的计划、地点和方式"),
    ("confidentiality", "三、技术信息和资料的保密"),
    ("risk_allocation", "四、风险责任的承担"),
    ("ip_ownership", "五、成果的归属和收益分配"),
    ("acceptance", "六、验收标准和方法"),
    ("liability", "七、违约责任"),
    ("disputes", "八、争议解决办法"),
    ("definitions", "九、名词和术语的解释"),
)


def draw(contract: TechnologyContract) -> bytes:
    """The PDF of a contract with its tables; typst sees user text as JSON data only."""
    values = _values(contract)
    digest = hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
    pdf: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"contract": json.dumps(values | {"digest": digest}, ensure_ascii=False)},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        timestamp=int(EPOCH.timestamp()),
    )
    return pdf


def _values(contract: TechnologyContract) -> dict[str, Any]:
    seller_word, buyer_word = PARTIES[contract.contract_type]
    return {
        "no": contract.no,
        "title": contract.title,
        "type_name": str(contract.get_contract_type_display()) + "合同",
        "seller": contract.seller.name,
        "seller_code": contract.seller.credit_code or "—",
        "seller_word": seller_word,
        "buyer": contract.buyer.name,
        "buyer_code": contract.buyer.credit_code or "—",
        "buyer_word": buyer_word,
        "contract_amount": _yuan(contract.contract_amount),
        "contract_words": rules.in_words(contract.contract_amount),
        "technology_amount": _yuan(contract.technology_amount),
        "technology_words": rules.in_words(contract.technology_amount),
        "payment": f"{contract.get_payment_method_display()} {contract.royalty_terms}".strip(),
        "valid_from": contract.valid_from.isoformat(),
        "valid_until": contract.valid_until.isoformat(),
        "clauses": [
            {"title": title, "lines": getattr(contract, field).splitlines()}
            for field, title in CLAUSES
            if getattr(contract, field).strip()
        ],
        "patents": [_patent(patent) for patent in contract.patents],
        "deductions": [
            {
                "kind": str(row.get_kind_display()),
                "description": row.description,
                "amount": _yuan(row.amount),
                "carrier": _yuan(row.carrier_amount),
            }
            for row in contract.deductions.order_by("id")
        ],
        "instalments": [
            {
                "position": str(row.position),
                "amount": _yuan(row.amount),
                "due": _day(row.due_on),
                "condition": row.condition,
            }
            for row in contract.instalments.order_by("position")
        ],
    }


def _patent(patent: dict[str, Any]) -> dict[str, str]:
    return {
        "title": patent["title"],
        "numbers": " / ".join(part for part in (patent["application_no"], patent["patent_no"]) if part),
        "people": " / ".join(part for part in (patent["applicant"], patent["patentee"]) if part),
        "dates": " / ".join(part for part in (patent["filed_on"], patent["expires_on"]) if part),
    }


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _day(on: date | None) -> str:
    return on.isoformat() if on else "—"
