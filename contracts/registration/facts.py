"""The facts of the figure (统计字段): what a registration event, and the ledger entry after it, keep of a contract.

A fact is a row of FACTS and a column of FactColumns; one that the figure is cut by is a Dimension too. Corrections, the
ledger, the SQL of its sums, breakdowns, names and the dashboard are read from here: docs/how-to/add-a-breakdown.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.agreements.models import ContractType, TechnologyContract
from market.kernel.actor import OrganisationKind

REGION = "region"  # the scheme of GB/T 2260 codes: typed, where those of the other schemes are chosen from a list
NOT_STATED = _("未填写")


class Dimension(StrEnum):
    """What the figure can be cut by. `size_class` is the buyer's 企业规模 as the registration form has it.

    `broker` and `university` are ids of organisations. 重大合同 is no dimension: its threshold is known from
    Beijing's practice alone (domain reference 2.3), and no table of this city's province asks for it.
    """

    CONTRACT_TYPE = "contract_type"
    TECHNOLOGY_FIELD = "technology_field"
    SELLER_KIND = "seller_kind"
    BUYER_KIND = "buyer_kind"
    IP_TYPE = "ip_type"
    PLAN_SOURCE = "plan_source"
    SIZE_CLASS = "size_class"
    SELLER_REGION = "seller_region"
    BUYER_REGION = "buyer_region"
    MONTH = "month"
    BROKER = "broker"
    UNIVERSITY = "university"


class FactColumns(models.Model):
    """The columns of the facts, in the registration's table and in the ledger's; their names are the facts' labels.

    A column that is added later has a `db_default`: rows of before have it empty, and programs of before may go on.
    """

    seller_region = models.CharField(_("卖方地区"), max_length=6)
    buyer_region = models.CharField(_("买方地区"), max_length=6)
    seller_kind = models.CharField(_("卖方性质"), max_length=10, blank=True, db_comment="Party nature code")
    buyer_kind = models.CharField(_("买方性质"), max_length=10, blank=True, db_comment="Party nature code")
    contract_type = models.CharField(_("合同类型"), max_length=12, choices=ContractType)
    technology_field = models.CharField(_("技术领域"), max_length=10)
    ip_type = models.CharField(_("知识产权类型"), max_length=40)
    plan_source = models.CharField(_("计划来源"), max_length=40)
    size_class = models.CharField(
        _("买方规模"), max_length=20, blank=True, default="", db_comment="企业规模 of the buyer"
    )
    broker = models.CharField(
        _("技术转移机构"), max_length=36, blank=True, default="", db_comment="Agency of the deal, by its id"
    )
    university = models.CharField(
        _("高等院校"),
        max_length=36,
        blank=True,
        default="",
        db_comment="The seller by its id, where it is a university",
    )
    rule_set = models.CharField(_("适用规则"), max_length=40)

    class Meta:
        abstract = True

    @property
    def facts(self) -> dict[str, str]:
        """Code by name of the fact."""
        return {name: getattr(self, name) for name in NAMES}


LABELS = {column.name: column.verbose_name for column in FactColumns._meta.local_fields}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: its column, where its code comes from, and what may be done with it.

    `of`: its code as a contract has it now; None for what the registration itself says. `scheme`: the list that names
    its codes, empty where they are ids of organisations or need no name. `is_correctable`: a correction may put it
    right; the rest follows from the deal and the rules. `is_optional`: that may leave it empty. `is_drawn`: it has a
    picture on the dashboard. `when_empty`: what an empty code means, in words.
    """

    name: str
    of: Callable[[TechnologyContract], str] | None
    scheme: str = ""
    is_correctable: bool = False
    is_optional: bool = False
    is_drawn: bool = False
    is_organisation: bool = False
    when_empty: Any = NOT_STATED

    @property
    def label(self) -> Any:
        return LABELS[self.name]


def _broker(contract: TechnologyContract) -> str:
    return "" if contract.deal is None else str(contract.deal.agency_id)


def _university(contract: TechnologyContract) -> str:
    return str(contract.seller_id) if contract.seller.kind == OrganisationKind.UNIVERSITY else ""


# A party abroad has no region of ours, and the form asks for nature and size of some parties only.
FACTS = (
    Fact(
        "seller_region", lambda contract: contract.seller.region, scheme=REGION, is_correctable=True, is_optional=True
    ),
    Fact("buyer_region", lambda contract: contract.buyer.region, scheme=REGION, is_correctable=True, is_optional=True),
    Fact(
        "seller_kind",
        lambda contract: contract.seller.party_nature,
        scheme="party_nature",
        is_correctable=True,
        is_optional=True,
        is_drawn=True,
    ),
    Fact(
        "buyer_kind",
        lambda contract: contract.buyer.party_nature,
        scheme="party_nature",
        is_correctable=True,
        is_optional=True,
        is_drawn=True,
    ),
    Fact(
        "contract_type",
        lambda contract: contract.contract_type,
        scheme="contract_type",
        is_correctable=True,
        is_drawn=True,
    ),
    Fact(
        "technology_field",
        lambda contract: contract.technology_field,
        scheme="technology_field",
        is_correctable=True,
        is_drawn=True,
    ),
    Fact("ip_type", lambda contract: contract.ip_type, scheme="ip_type", is_correctable=True),
    Fact("plan_source", lambda contract: contract.plan_source, scheme="plan_source", is_correctable=True),
    Fact(
        "size_class",
        lambda contract: contract.buyer.scale,
        scheme="enterprise_scale",
        is_correctable=True,
        is_optional=True,
    ),
    Fact("broker", _broker, is_organisation=True, when_empty=_("未经市场对接")),
    Fact("university", _university, is_organisation=True, when_empty=_("非高校院所")),
    Fact("rule_set", None),
)
NAMES = tuple(fact.name for fact in FACTS)
BY_NAME = {fact.name: fact for fact in FACTS}
CORRECTABLE = {fact.name: fact for fact in FACTS if fact.is_correctable}
# In the order in which a reader is offered them; the month is no fact.
DIMENSIONS = {by: BY_NAME[by] for by in Dimension if by != Dimension.MONTH}


def of_contract(contract: TechnologyContract, *, rule_set: str) -> Mapping[str, str]:
    """The facts of a contract as they are now, which its registration takes down."""
    return {fact.name: rule_set if fact.of is None else fact.of(contract) for fact in FACTS}
