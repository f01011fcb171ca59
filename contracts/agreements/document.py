"""The contract's text as a PDF, drawn by typst with the Chinese font; the same contract gives the same bytes."""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import manimgx_fonts_cjk
from django.utils import translation

from contracts.agreements import glyphs, rules
from contracts.agreements.models import TechnologyContract
from contracts.agreements.problems import CharactersMissing
from market.reference import queries as reference

TEMPLATE = Path(__file__).parent / "typst" / "contract.typ"
FONTS = Path(manimgx_fonts_cjk.__file__).parent
# The moment printed into the file's metadata; fixed, so that the bytes depend on the text alone.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
LANGUAGE = "zh-hans"  # of the contract, whoever draws it
PARTIES = {
    "development": ("研究开发人", "委托人"),
    "assignment": ("让与人", "受让人"),
    "license": ("许可人", "被许可人"),
    "consulting": ("受托人", "委托人"),
    "service": ("受托人", "委托人"),
}
PREAMBLE = "根据《中华人民共和国民法典》的规定，双方经协商一致，就上述项目订立本合同，共同遵守。"
CLAUSES = (
    ("subject_matter", "标的的内容、范围和要求"),
    ("performance_plan", "履行的计划、地点和方式"),
    ("confidentiality", "技术信息和资料的保密"),
    ("risk_allocation", "风险责任的承担"),
    ("ip_ownership", "成果的归属和收益分配"),
    ("acceptance", "验收标准和方法"),
    ("liability", "违约责任"),
    ("disputes", "争议解决办法"),
    ("definitions", "名词和术语的解释"),
)
PATENT_FACTS = (
    ("title", "发明名称"),
    ("applicant", "申请人"),
    ("patentee", "专利权人"),
    ("filed_on", "申请日"),
    ("application_no", "申请号"),
    ("patent_no", "专利号"),
    ("expires_on", "有效期限至"),
)
NUMERALS = "一二三四五六七八九十"
# A word that is longer than a narrow column is broken where it must be: after every so many letters of it.
LONG_WORD = re.compile(r"[^\s\u200b\u2e80-\u9fff\uff00-\uffef\U00020000-\U0003ffff]{17,}")
PIECE = 8
NUMBER = re.compile(r"[\d,.]{,20}")


def draw(contract: TechnologyContract) -> bytes:
    """The PDF of a contract with its tables; typst sees user text as JSON data only.

    Raises CharactersMissing, naming them, where the font cannot draw the text.
    """
    values, written = require_drawable(contract)
    digest = hashlib.sha256(written.encode()).hexdigest()[:16]
    import typst

    pdf: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"contract": json.dumps(_breakable(values | {"digest": digest}), ensure_ascii=False)},
        font_paths=[FONTS],
        ignore_system_fonts=True,
        timestamp=int(EPOCH.timestamp()),
    )
    return pdf


def require_drawable(contract: TechnologyContract) -> tuple[dict[str, Any], str]:
    """What is drawn, and the same as JSON. Raises CharactersMissing."""
    with translation.override(LANGUAGE):
        values = _values(contract)
    written = json.dumps(values, ensure_ascii=False, sort_keys=True)
    if missing := glyphs.missing(written):
        raise CharactersMissing(characters=missing)
    return values, written


def _values(contract: TechnologyContract) -> dict[str, Any]:
    seller_word, buyer_word = PARTIES[contract.contract_type]
    sections: list[tuple[str, dict[str, Any]]] = [(title, {"lines": lines}) for title, lines in _clauses(contract)]
    if contract.patents:
        sections.append(("涉及的专利", {"patents": [_patent(patent) for patent in contract.patents]}))
    if deductions := _deductions(contract):
        sections.append(("非技术性费用", {"deductions": deductions}))
    if instalments := _instalments(contract):
        sections.append(("付款期次", {"instalments": instalments}))
    return {
        "no": contract.no,
        "title": contract.title,
        "type_name": f"{contract.get_contract_type_display()}合同",
        "seller_word": f"卖方（{seller_word}）",
        "buyer_word": f"买方（{buyer_word}）",
        "preamble": PREAMBLE,
        "facts": [[name, value] for name, value in _facts(contract, seller_word, buyer_word) if value],
        "sections": [
            {"title": f"{numeral(number)}、{title}"} | content for number, (title, content) in enumerate(sections, 1)
        ],
    }


def numeral(number: int) -> str:
    """1 to 19 in Chinese."""
    return NUMERALS[number - 1] if number <= 10 else f"十{NUMERALS[number - 11]}"


def _facts(contract: TechnologyContract, seller_word: str, buyer_word: str) -> list[tuple[str, str]]:
    """Everything that was agreed besides the clauses; what was left open is left out."""
    mode = contract.get_license_mode_display() if contract.license_mode else ""
    return [
        ("合同编号", contract.no),
        ("项目名称", contract.title),
        ("合同类型", _type_name(contract)),
        (
            "许可方式",
            f"{mode}（未约定，视为普通许可）" if contract.is_license_mode_defaulted else f"{mode}许可" if mode else "",
        ),
        (f"卖方（{seller_word}）", contract.seller.name),
        ("统一社会信用代码", contract.seller.credit_code or "—"),
        (f"买方（{buyer_word}）", contract.buyer.name),
        ("统一社会信用代码", contract.buyer.credit_code or "—"),
        ("关联交易", "是" if contract.is_related_party else "否"),
        ("合同成交额", _amount(contract.contract_amount)),
        ("其中技术交易额", _amount(contract.technology_amount)),
        ("支付方式", str(contract.get_payment_method_display())),
        ("提成约定", contract.royalty_terms),
        ("预计新增投入", _amount(contract.expected_new_investment)),
        ("预计新增产值", _amount(contract.expected_new_output)),
        ("有效期限", f"{contract.valid_from.isoformat()} 至 {contract.valid_until.isoformat()}"),
        ("签订地点", contract.signed_at_place),
        ("技术领域", _label("technology_field", contract.technology_field)),
        ("知识产权类型", _label("ip_type", contract.ip_type)),
        ("计划来源", _label("plan_source", contract.plan_source)),
        ("社会经济目标", _label("socio_economic_objective", contract.socio_economic_objective)),
        ("国民经济行业", _label("industry", contract.industry)),
    ]


def _type_name(contract: TechnologyContract) -> str:
    subtype = _label("contract_subtype", contract.subtype)
    return (
        f"{contract.get_contract_type_display()}（{subtype}）" if subtype else str(contract.get_contract_type_display())
    )


def _clauses(contract: TechnologyContract) -> list[tuple[str, list[str]]]:
    written = ((title, getattr(contract, field).strip()) for field, title in CLAUSES)
    return [(title, text.splitlines()) for title, text in written if text]


def _patent(patent: dict[str, Any]) -> list[list[str]]:
    """All seven facts that article 845 asks for, one to a line; several owners stand in one."""
    return [[name, patent.get(key) or "—"] for key, name in PATENT_FACTS]


def _deductions(contract: TechnologyContract) -> list[list[str]]:
    return [
        [str(row.get_kind_display()), row.description, f"{row.amount:,.2f}", f"{row.carrier_amount:,.2f}"]
        for row in contract.deductions.order_by("id")
    ]


def _instalments(contract: TechnologyContract) -> list[list[str]]:
    return [
        [str(row.position), f"{row.amount:,.2f}", _day(row.due_on), row.condition or "—"]
        for row in contract.instalments.order_by("position")
    ]


def _label(scheme: str, code: str) -> str:
    return str(reference.label(scheme, code)) if code else ""


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f} 元（{rules.in_words(amount)}）"


def _day(on: date | None) -> str:
    return on.isoformat() if on else "—"


def _breakable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _breakable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_breakable(item) for item in value]
    return LONG_WORD.sub(_in_pieces, value)


def _in_pieces(word: re.Match[str]) -> str:
    """A zero-width space after every piece: a line may end there, and nothing is seen of it."""
    text = word[0]
    if NUMBER.fullmatch(text):
        return text
    return "\u200b".join(text[start : start + PIECE] for start in range(0, len(text), PIECE))
