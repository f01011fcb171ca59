"""What a deal and its two listings already say of the contract, for a form that is still empty."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from contracts.agreements.models import ContractType
from listings.catalog.models import Achievement, Patent
from market.kernel.clock import years_later
from matching.brokerage.models import Deal

YEARS = 3
TYPE_OF_MODE = {
    "assignment": ContractType.ASSIGNMENT,
    "license": ContractType.LICENSE,
    "open_license": ContractType.LICENSE,
    "use_first_pay_later": ContractType.LICENSE,
    "joint_development": ContractType.DEVELOPMENT,
    "cooperative_implementation": ContractType.DEVELOPMENT,
    "technical_service": ContractType.SERVICE,
    "technical_consulting": ContractType.CONSULTING,
}
OF_RIGHTS = (ContractType.ASSIGNMENT, ContractType.LICENSE)
IP_TYPE_OF_PATENT = {
    Patent.Type.INVENTION: "invention_patent",
    Patent.Type.UTILITY_MODEL: "utility_model_patent",
    Patent.Type.DESIGN: "design_patent",
}


def suggested_data(deal: Deal, *, on: date) -> dict[str, Any]:
    """The values of `ContractData` that are known; the first way of transfer that the listing names gives the type."""
    achievement: Achievement = deal.introduction.achievement
    demand = deal.introduction.demand
    patents = list(achievement.patents.order_by("filed_on", "id"))
    modes = (TYPE_OF_MODE.get(mode) for mode in achievement.transfer_modes)
    contract_type = next((known for known in modes if known), ContractType.DEVELOPMENT)
    amount = achievement.price or demand.budget
    ip_type = achievement.ip_type or _ip_type(patents)
    # A contract of know-how has no clause of patents, whatever else its listing names.
    clauses = [_clause(patent) for patent in patents] if ip_type.endswith("patent") else []
    return {
        "title": achievement.title,
        "contract_amount": amount,
        "technology_amount": amount,
        "contract_type": contract_type,
        "technology_field": achievement.technology_field or demand.technology_field,
        "industry": next(iter(demand.industries or achievement.industries), ""),
        "ip_type": ip_type,
        "plan_source": "outside",
        "valid_from": on,
        "valid_until": _until(contract_type, patents, on=on),
        "subject_matter": achievement.summary if contract_type in OF_RIGHTS else demand.difficulties,
        "acceptance": demand.indicators or achievement.indicators,
        "patents": clauses,
    }


def _ip_type(patents: Sequence[Patent]) -> str:
    kinds = {IP_TYPE_OF_PATENT[Patent.Type(patent.patent_type)] for patent in patents}
    return kinds.pop() if len(kinds) == 1 else "patent" if kinds else "none"


def _until(contract_type: ContractType, patents: Sequence[Patent], *, on: date) -> date:
    """Some years on; a licence ends before the first of its patents does (worked example 13)."""
    usual = years_later(on, YEARS)
    ends = [patent.expires_on for patent in patents if patent.expires_on and patent.expires_on > on]
    return min([usual, *(end - timedelta(days=1) for end in ends)]) if contract_type == ContractType.LICENSE else usual


def _is_granted(patent: Patent) -> bool:
    return patent.granted_on is not None or patent.legal_status == Patent.LegalStatus.IN_FORCE


def _clause(patent: Patent) -> dict[str, Any]:
    """The facts of art. 845; an owner, a number and a last day has only what was granted."""
    granted = {
        "patentee": patent.patentee or patent.applicant,
        "patent_no": f"ZL{patent.application_no}" if patent.application_no else "",
        "expires_on": patent.expires_on,
    }
    filed = {name: getattr(patent, name) for name in ("title", "applicant", "filed_on", "application_no")}
    return filed | (granted if _is_granted(patent) else {})
