"""What the law asks of a technology contract: values in, findings out (Civil Code ch. 20, worked examples 1 to 35)."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from contracts.agreements.data import ContractData, DeductionData, PatentClause
from contracts.agreements.models import ContractType, TechnologyContract
from listings.catalog import rules as catalog
from listings.catalog.models import Patent
from market.reference import queries as reference
from market.reference.identifiers.patents import ApplicationNumber, parse_application_no
from market.reference.identifiers.text import InvalidIdentifier

ZERO = Decimal("0.00")
COMPENSATED_YEARS = 5
RECORDAL_MONTHS = 3
ROYALTIES = frozenset(
    {TechnologyContract.PaymentMethod.ROYALTY, TechnologyContract.PaymentMethod.ROYALTY_WITH_ENTRY_FEE}
)


class Ground(StrEnum):
    """What a contract lacks or gets wrong; the labels are in GROUND_LABELS."""

    SUBJECT_MATTER = "subject_matter"
    PERFORMANCE_PLAN = "performance_plan"
    CONFIDENTIALITY = "confidentiality"
    IP_OWNERSHIP = "ip_ownership"
    ACCEPTANCE_CRITERIA = "acceptance_criteria"
    PATENT_FACTS = "patent_facts"
    TECHNOLOGY_AMOUNT = "technology_amount"
    INSTALMENTS = "instalments"
    EXPECTED_EFFECTS = "expected_effects"
    PATENT_DATES = "patent_dates"
    LICENSE_TERM = "license_term"
    LICENSE_MODE = "license_mode"
    DATES = "dates"
    SUBTYPE = "subtype"
    CODES = "codes"

    @property
    def label(self) -> str:
        return str(GROUND_LABELS[self])

    @property
    def field(self) -> str:
        """Of `ContractData`; empty where it may be one of several."""
        return FIELDS.get(self, "")


GROUND_LABELS = {
    Ground.SUBJECT_MATTER: _("缺少标的的内容、范围和要求"),
    Ground.PERFORMANCE_PLAN: _("缺少履行的计划、地点和方式"),
    Ground.CONFIDENTIALITY: _("缺少技术信息和资料的保密约定"),
    Ground.IP_OWNERSHIP: _("缺少成果的归属和收益分配约定"),
    Ground.ACCEPTANCE_CRITERIA: _("缺少验收标准和方法"),
    Ground.PATENT_FACTS: _("涉及专利的，应写明发明名称、申请人、专利权人、申请日、申请号、专利号和有效期限"),
    Ground.TECHNOLOGY_AMOUNT: _("技术交易额应等于成交额减去非技术性费用（合理数量标的物的直接成本不扣除）"),
    Ground.INSTALMENTS: _("各期付款之和应等于成交额"),
    Ground.EXPECTED_EFFECTS: _("技术转让合同应填写预计新增投入和预计新增产值"),
    Ground.PATENT_DATES: _("专利的申请日、申请号年份、专利号与有效期限不相符"),
    Ground.LICENSE_TERM: _("许可期限不得超过专利权期限"),
    Ground.LICENSE_MODE: _("许可方式仅适用于技术许可合同"),
    Ground.DATES: _("有效期止不得早于有效期起"),
    Ground.SUBTYPE: _("合同子类型与合同类型不符"),
    Ground.CODES: _("存在不在字典中的代码"),
}
CLAUSES = {
    "subject_matter": Ground.SUBJECT_MATTER,
    "performance_plan": Ground.PERFORMANCE_PLAN,
    "confidentiality": Ground.CONFIDENTIALITY,
    "ip_ownership": Ground.IP_OWNERSHIP,
    "acceptance": Ground.ACCEPTANCE_CRITERIA,
}
FIELDS = {ground: field for field, ground in CLAUSES.items()} | {
    Ground.PATENT_FACTS: "patents",
    Ground.TECHNOLOGY_AMOUNT: "technology_amount",
    Ground.INSTALMENTS: "instalments",
    Ground.EXPECTED_EFFECTS: "expected_new_investment",
    Ground.PATENT_DATES: "patents",
    Ground.LICENSE_TERM: "valid_until",
    Ground.LICENSE_MODE: "license_mode",
    Ground.DATES: "valid_until",
    Ground.SUBTYPE: "subtype",
}
CODED = {"technology_field": "technology_field", "ip_type": "ip_type", "plan_source": "plan_source"}


def technology_amount(contract_amount: Decimal, deductions: Iterable[DeductionData]) -> Decimal:
    """技术交易额: the total less non-technical cost, without a reasonable quantity of carriers (worked example 1)."""
    return contract_amount - sum((row.amount - row.carrier_amount for row in deductions), ZERO)


def draft_grounds(data: ContractData, *, on: date) -> list[Ground]:
    """What must be right even in a draft, since columns and sums depend on it."""
    found = {
        Ground.TECHNOLOGY_AMOUNT: data.technology_amount != technology_amount(data.contract_amount, data.deductions)
        or any(row.carrier_amount > row.amount for row in data.deductions),
        Ground.INSTALMENTS: _paid(data) > data.contract_amount,
        Ground.DATES: data.valid_until < data.valid_from,
        Ground.SUBTYPE: bool(data.subtype) and not _is_subtype(data, on),
        Ground.CODES: bool(unknown_codes(data, on)),
        Ground.LICENSE_MODE: data.license_mode is not None and data.contract_type != ContractType.LICENSE,
    }
    return [ground for ground, holds in found.items() if holds]


def missing_content(data: ContractData, *, involves_patents: bool) -> list[Ground]:
    """Every clause that article 845 asks for and the contract lacks, and what its type asks for besides."""
    grounds = [ground for field, ground in CLAUSES.items() if not getattr(data, field).strip()]
    if (involves_patents or data.patents) and not _patents_complete(data.patents):
        grounds.append(Ground.PATENT_FACTS)
    if not all(patent_agrees(patent) for patent in data.patents):
        grounds.append(Ground.PATENT_DATES)
    if data.payment_method not in ROYALTIES and _paid(data) != data.contract_amount:
        grounds.append(Ground.INSTALMENTS)
    effects = (data.expected_new_investment, data.expected_new_output)
    if data.contract_type == ContractType.ASSIGNMENT and None in effects:
        grounds.append(Ground.EXPECTED_EFFECTS)
    if data.contract_type == ContractType.LICENSE and outlives_patents(data.valid_until, data.patents):
        grounds.append(Ground.LICENSE_TERM)
    return grounds


def outlives_patents(valid_until: date, patents: Sequence[PatentClause]) -> bool:
    """Whether a licence runs past the last day of a patent (example 13)."""
    ends = (patent_end(patent) for patent in patents)
    return any(end is not None and valid_until >= end for end in ends)


def patent_end(patent: PatentClause) -> date | None:
    """The day on which the right has ended: as the drafters say, else as its kind and its filing imply."""
    return patent.expires_on or implied_end(patent)


def implied_end(patent: PatentClause) -> date | None:
    """Twenty, ten or fifteen years from filing (Patent Law art. 42); None for a foreign number or no filing date."""
    number = _number(patent.application_no or patent.patent_no)
    return catalog.expires_on(Patent.Type(number.patent_type), patent.filed_on) if number else None


def patent_agrees(patent: PatentClause) -> bool:
    """Whether number, dates and term say the same; a divisional's number is younger than its filing date.

    A term may be longer than implied by what art. 42 makes good, at most five years of an invention.
    """
    filed, granted = _number(patent.application_no), _number(patent.patent_no)
    if filed and granted and filed != granted:
        return False
    number = filed or granted
    if number is None or patent.filed_on is None:
        return True
    implied = implied_end(patent)
    longest = COMPENSATED_YEARS if number.patent_type == "invention" else 0
    is_within = (
        patent.expires_on is None
        or implied is None
        or patent.filed_on < patent.expires_on <= implied + timedelta(days=366 * longest)
    )
    return number.year >= patent.filed_on.year and is_within


def _number(text: str) -> ApplicationNumber | None:
    try:
        return parse_application_no(text) if text else None
    except InvalidIdentifier:
        return None


def recordal_due(effective_on: date) -> date:
    """The last day to record a patent licence: three months after it takes effect (Implementing Rules art. 15)."""
    year, month = divmod(effective_on.year * 12 + effective_on.month - 1 + RECORDAL_MONTHS, 12)
    return date(year, month + 1, min(effective_on.day, monthrange(year, month + 1)[1]))


def unknown_codes(data: ContractData, on: date) -> list[str]:
    codes = [
        code for field, scheme in CODED.items() for code in reference.unknown_codes(scheme, [getattr(data, field)], on)
    ]
    if data.socio_economic_objective:
        codes += reference.unknown_codes("socio_economic_objective", [data.socio_economic_objective], on)
    if data.industry:
        codes += reference.unknown_codes("industry", [data.industry], on)
    return codes


def _is_subtype(data: ContractData, on: date) -> bool:
    known = {entry.code for entry in reference.children("contract_subtype", data.contract_type, on)}
    return data.subtype in known


def _paid(data: ContractData) -> Decimal:
    return sum((row.amount for row in data.instalments), ZERO)


def _patents_complete(patents: Sequence[PatentClause]) -> bool:
    """Whether each has its facts; the owner, and the day it ends, are facts only of one that is granted."""
    return bool(patents) and all(
        patent.title
        and patent.applicant
        and patent.filed_on
        and patent.application_no
        and ((patent.patentee and patent.expires_on) or not patent.patent_no)
        for patent in patents
    )


DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")


def in_words(amount: Decimal) -> str:
    """An amount in formal Chinese numerals: 1 050 000.30 → 人民币壹佰零伍万元叁角整."""
    fen = int(amount * 100)
    whole, cents = divmod(fen, 100)
    jiao, last = divmod(cents, 10)
    words = f"{_integer_words(whole)}元" if whole else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif last and whole:
        words += "零"
    words += f"{DIGITS[last]}分" if last else "整"
    return f"人民币{words}" if fen else "人民币零元整"


def _integer_words(number: int) -> str:
    """What stands before 亿, and before 万, is a number of its own: 10 500 × 10^8 is 壹万零伍佰亿."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if 0 < low < size // 10 else ""
            return _integer_words(high) + unit + gap + _integer_words(low)
    return _group_words(number)


def _group_words(group: int) -> str:
    words = ""
    is_gap = False
    for position in range(3, -1, -1):
        digit = group // 10**position % 10
        if digit:
            words += ("零" if is_gap and words else "") + DIGITS[digit] + UNITS[position]
        is_gap = not digit
    return words
