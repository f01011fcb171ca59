"""What the registry's rules say, by rule set: values in, findings out; no database, no clock.

Rules change, so deadline, threshold and the amount it is compared with belong to a rule set chosen by the date of
application. Sources: domain reference 1.2 and 1.3, worked examples 9 to 11 and 28.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.registration.facts import CORRECTABLE, REGION, Fact
from market.reference import queries as reference
from market.reference.calendar import Due, Unit, WorkingCalendar
from market.reference.identifiers.registration_no import oddities, parse_registration_no
from market.reference.identifiers.text import InvalidIdentifier
from market.reference.locations import party_location
from search.analysis.folding import folded


class Ground(StrEnum):
    """Why the registry refuses, or wants corrections (Torch Centre 2021 list, and what our own fields show)."""

    NOT_EFFECTIVE = "not_effective"
    NOT_SIGNED_BY_BOTH = "not_signed_by_both"
    EXPIRED = "expired"
    NOT_TECHNOLOGY = "not_technology"
    PARTIES_UNCLEAR = "parties_unclear"
    SUBJECT_UNCLEAR = "subject_unclear"
    PRICE_UNCLEAR = "price_unclear"
    APPROVAL_MISSING = "approval_missing"
    TITLE_MISMATCH = "title_mismatch"
    ILLEGAL_CLAUSES = "illegal_clauses"
    PROOF_MISSING = "proof_missing"
    SEAL_MISMATCH = "seal_mismatch"
    DUPLICATE = "duplicate"
    OTHER = "other"

    @property
    def label(self) -> str:
        return str(GROUND_LABELS[self])


GROUND_LABELS = {
    Ground.NOT_EFFECTIVE: _("合同尚未生效"),
    Ground.NOT_SIGNED_BY_BOTH: _("合同未经双方签章"),
    Ground.EXPIRED: _("合同已过有效期"),
    Ground.NOT_TECHNOLOGY: _("不属于技术合同"),
    Ground.PARTIES_UNCLEAR: _("合同主体不明确"),
    Ground.SUBJECT_UNCLEAR: _("合同标的不明确"),
    Ground.PRICE_UNCLEAR: _("合同价款不明确"),
    Ground.APPROVAL_MISSING: _("缺少必要的批准文件"),
    Ground.TITLE_MISMATCH: _("合同名称与内容不符且未改正"),
    Ground.ILLEGAL_CLAUSES: _("含非法垄断技术、妨碍技术进步的条款"),
    Ground.PROOF_MISSING: _("证明材料缺失或无效"),
    Ground.SEAL_MISMATCH: _("印章不齐全或与书写名称不一致"),
    Ground.DUPLICATE: _("重复登记"),
    Ground.OTHER: _("其他"),
}


class ComparedAmount(StrEnum):
    CONTRACT = "contract_amount"
    TECHNOLOGY = "technology_amount"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One edition of the rules. `deadline_days` counts calendar days, or working days where it says so."""

    code: str
    name: str | Promise
    valid_from: date
    deadline_days: int
    counts_working_days: bool
    second_review_from: Decimal
    second_review_amounts: frozenset[ComparedAmount]  # either of them reaches the threshold
    second_review_days: int | None  # the longer term, from the same day and counted alike; None where there is none
    is_provisional: bool


RULE_SETS = (
    RuleSet(
        code="2000-2001",
        name=_("《技术合同认定登记管理办法》（2000）与《技术合同认定规则》（2001）"),
        valid_from=date(2000, 2, 16),
        deadline_days=30,
        counts_working_days=False,
        second_review_from=Decimal("5000000.00"),
        second_review_amounts=frozenset({ComparedAmount.CONTRACT}),
        second_review_days=None,
        is_provisional=False,
    ),
    # Modelled on the draft of 2024-12-20; the final text was not at hand, hence provisional.
    RuleSet(
        code="2026-provisional",
        name=_("《技术合同认定登记管理办法》（2026，暂按征求意见稿）"),
        valid_from=date(2026, 1, 23),
        deadline_days=15,
        counts_working_days=True,
        second_review_from=Decimal("5000000.00"),
        second_review_amounts=frozenset({ComparedAmount.TECHNOLOGY}),
        second_review_days=30,
        is_provisional=True,
    ),
)


def rule_set_on(on: date) -> RuleSet:
    """The edition in force on the date of application."""
    return max((rules for rules in RULE_SETS if rules.valid_from <= on), key=lambda rules: rules.valid_from)


def rule_set(code: str) -> RuleSet:
    return next(rules for rules in RULE_SETS if rules.code == code)


def due(rules: RuleSet, accepted_on: date, *, calendar: WorkingCalendar, second_review: bool = False) -> Due:
    """The last day for the registry's decision (worked example 9)."""
    unit: Unit = "working_day" if rules.counts_working_days else "day"
    longer = rules.second_review_days if second_review else None
    return calendar.due(accepted_on, count=longer or rules.deadline_days, unit=unit)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Both amounts of a registration in yuan, at one time."""

    contract_amount: Decimal
    technology_amount: Decimal

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.contract_amount + other.contract_amount, self.technology_amount + other.technology_amount)

    @property
    def are_in_order(self) -> bool:
        return Decimal(0) < self.technology_amount <= self.contract_amount


NOTHING = Amounts(Decimal("0.00"), Decimal("0.00"))


def needs_second_review(rules: RuleSet, *amounts: Amounts) -> bool:
    """Whether a second person must approve (worked example 10): one of the amounts, before or after, is high."""
    compared = [getattr(pair, name.value) for pair in amounts for name in rules.second_review_amounts]
    return any(amount >= rules.second_review_from for amount in compared)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why the registry recognises less than the contract says: so many yuan for one reason."""

    amount: Decimal
    reason: str


def explains(differences: Iterable[Difference], *, text: Amounts, recognised: Amounts) -> bool:
    """Whether the items account for every yuan between the contract's text and what is recognised.

    They sum to the difference in 成交额; where that is none, to the difference in 技术交易额, whichever way it goes.
    """
    missing = text.contract_amount - recognised.contract_amount
    if missing == 0:
        missing = abs(text.technology_amount - recognised.technology_amount)
    items = list(differences)
    return all(item.amount > 0 and item.reason.strip() for item in items) and (
        sum((item.amount for item in items), Decimal(0)) == missing
    )


def grounds_against(
    *, effective_on: date | None, is_over: bool, valid_until: date, seals: int, is_duplicate: bool, on: date
) -> list[Ground]:
    """Every ground on which an application made on a day would be refused at the counter (worked examples 8, 11).

    `is_over`: the contract was dissolved or annulled.
    """
    found = {
        Ground.NOT_SIGNED_BY_BOTH: seals < 2,
        Ground.NOT_EFFECTIVE: is_over or effective_on is None or effective_on > on,
        Ground.EXPIRED: valid_until < on,
        Ground.DUPLICATE: is_duplicate,
    }
    return [ground for ground, holds in found.items() if holds]


class Reapplication(StrEnum):
    """Whether a contract that was applied for before may be applied for again."""

    OPEN = "open"
    LIVE = "live"
    REVOKED = "revoked"


def reapplication(earlier: Iterable[str]) -> Reapplication:
    """From the states of a contract's applications.

    Refused or cancelled, it may be handed in anew. Revoked it may not: fraud, nullity, a duplicate and a term that was
    over (domain reference 1.2) are faults of the contract itself, and a revocation made in error is objected to.
    """
    states = set(earlier)
    if "revoked" in states:
        return Reapplication.REVOKED
    return Reapplication.LIVE if states - {"refused", "cancelled"} else Reapplication.OPEN


def number_warnings(registration_no: str, *, registered_on: date, office_region: str) -> list[str]:
    """What looks odd about a registered number; a warning, never a refusal (worked example 28)."""
    number = parse_registration_no(registration_no)
    return [str(oddity.message) for oddity in oddities(number, registered_on=registered_on, region=office_region)]


def known_grounds(codes: Iterable[str]) -> bool:
    """Whether every code is a ground."""
    return all(code in Ground.__members__.values() for code in codes)


def unknown_facts(codes: Mapping[str, str], on: date) -> list[str]:
    """The names of those facts whose code no list has on a day, or that a correction may not touch."""
    return [name for name, code in codes.items() if name not in CORRECTABLE or not _may_be(CORRECTABLE[name], code, on)]


def _may_be(fact: Fact, code: str, on: date) -> bool:
    return (fact.is_optional and not code) or _is_known(fact.scheme, code, on)


def _is_known(scheme: str, code: str, on: date) -> bool:
    if scheme != REGION:
        return reference.is_valid(scheme, code, on)
    try:
        return party_location(code) == code
    except InvalidIdentifier:
        return False


CHINA = "142"  # customs code


def is_located(region: str, country: str) -> bool:
    """Whether a party's contracts are in the figure of some region; one abroad has none."""
    return _is_known(REGION, region, date.max) if country == CHINA else True


def comparable_title(title: str) -> str:
    """A contract's name as twins are compared: without width, case, script, blanks and punctuation."""
    return "".join(char for char in folded(title)[0] if char.isalnum())
