"""What the drafters of a contract say, however it arrives."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from contracts.agreements.models import ContractType, Deduction, TechnologyContract
from market.kernel.api import Payload
from market.kernel.money import MAX_AMOUNT
from market.reference.identifiers import patents as identifiers
from market.reference.identifiers.text import InvalidIdentifier

Yuan = Annotated[Decimal, Field(gt=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2)]
YuanOrNone = Annotated[Decimal, Field(ge=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2)]
Code = Annotated[str, Field(max_length=40)]


class DeductionData(Payload):
    """A non-technical cost; `carrier_amount` is the part that is needed to master the technology and stays in."""

    kind: Deduction.Kind
    description: Annotated[str, Field(min_length=1, max_length=200)]
    amount: Yuan
    carrier_amount: YuanOrNone = Decimal("0.00")


class InstalmentData(Payload):
    amount: Yuan
    due_on: date | None = None
    condition: Annotated[str, Field(max_length=300)] = ""


class PatentClause(Payload):
    """What article 845 asks of a contract that involves a patent."""

    title: Annotated[str, Field(max_length=300)] = ""
    applicant: Annotated[str, Field(max_length=200)] = ""
    patentee: Annotated[str, Field(max_length=200)] = ""
    filed_on: date | None = None
    application_no: Annotated[str, Field(max_length=40)] = ""
    patent_no: Annotated[str, Field(max_length=40)] = ""
    expires_on: date | None = None

    @field_validator("application_no")
    @classmethod
    def _as_filed(cls, value: str) -> str:
        """A Chinese number by its check digit, as it is stored; a foreign one as it was written."""
        return _checked(value) if value and not _is_foreign(value) else value

    @field_validator("patent_no")
    @classmethod
    def _as_granted(cls, value: str) -> str:
        return f"ZL{_checked(value)}" if value and not _is_foreign(value) else value


def _is_foreign(number: str) -> bool:
    """Whether it begins with letters of another office than the Chinese, such as US, EP or PCT."""
    head = unicodedata.normalize("NFKC", number).lstrip()[:2].upper()
    return head.isalpha() and head not in {"ZL", "CN"}


def _checked(number: str) -> str:
    try:
        return identifiers.normalise_application_no(number)
    except InvalidIdentifier as error:
        raise PydanticCustomError(error.code, "{message}", {"message": str(error.message)}) from error


class ContractData(Payload):
    """A technology contract; amounts in yuan, codes of the dictionaries named by their field."""

    contract_type: ContractType
    subtype: Code = ""
    license_mode: TechnologyContract.LicenseMode | None = None
    title: Annotated[str, Field(min_length=2, max_length=200)]
    contract_amount: Yuan
    technology_amount: Yuan
    payment_method: TechnologyContract.PaymentMethod = TechnologyContract.PaymentMethod.INSTALMENTS
    royalty_terms: Annotated[str, Field(max_length=500)] = ""
    valid_from: date
    valid_until: date
    technology_field: Code
    ip_type: Code
    plan_source: Code = "outside"
    socio_economic_objective: Annotated[str, Field(max_length=10)] = ""
    industry: Annotated[str, Field(max_length=5)] = ""
    is_related_party: bool = False
    expected_new_investment: YuanOrNone | None = None
    expected_new_output: YuanOrNone | None = None
    signed_at_place: Annotated[str, Field(max_length=100)] = ""
    subject_matter: Annotated[str, Field(max_length=5000)] = ""
    performance_plan: Annotated[str, Field(max_length=5000)] = ""
    confidentiality: Annotated[str, Field(max_length=3000)] = ""
    risk_allocation: Annotated[str, Field(max_length=3000)] = ""
    ip_ownership: Annotated[str, Field(max_length=3000)] = ""
    acceptance: Annotated[str, Field(max_length=3000)] = ""
    liability: Annotated[str, Field(max_length=3000)] = ""
    disputes: Annotated[str, Field(max_length=2000)] = ""
    definitions: Annotated[str, Field(max_length=3000)] = ""
    patents: Annotated[list[PatentClause], Field(max_length=20)] = []
    deductions: Annotated[list[DeductionData], Field(max_length=50)] = []
    instalments: Annotated[list[InstalmentData], Field(max_length=60)] = []
