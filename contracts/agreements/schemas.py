from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from contracts.agreements.data import ContractData
from market.kernel.api import Payload, Reference
from market.kernel.questions import AmountConfirmed
from market.kernel.values import Day


class ContractIn(ContractData):
    """A contract as its drafter types it."""

    confirmed: AmountConfirmed = []


class ContractDraftIn(ContractIn):
    """A contract for a deal."""

    deal_id: UUID


Reason = Annotated[str, Field(min_length=1, max_length=500)]


class SignIn(Payload):
    """The form's fields beside the file `scan`."""

    signed_on: Annotated[Day, Field(description="The day on the paper")]
    pages_note: Annotated[str, Field(max_length=300, description="Why the scan has not as many pages as the text")] = ""


class TerminateIn(Payload):
    reason: Reason


class WithdrawIn(Payload):
    reason: Reason


class SealOut(Schema):
    party: str
    signed_on: date | None
    pages: int | None
    pages_note: str
    scan_sha256: str
    document_sha256: str
    signed_at: datetime


class InstalmentOut(Schema):
    id: UUID
    position: int
    amount: str
    due_on: date | None
    condition: str


class DeductionOut(Schema):
    kind: str
    description: str
    amount: str
    carrier_amount: str


class ContractRow(Schema):
    """A contract in a list; amounts in yuan as decimal strings."""

    id: UUID
    no: str
    title: str
    contract_type: str
    seller: Reference
    buyer: Reference
    deal_id: UUID | None
    contract_amount: str
    technology_amount: str
    currency: str
    state: str
    signed_on: date | None
    version: int
    allowed: list[str]


class ContractOut(ContractRow):
    subtype: str
    license_mode: str
    is_license_mode_defaulted: bool
    payment_method: str
    royalty_terms: str
    signed_at_place: str
    valid_from: date
    valid_until: date
    effective_on: date | None
    technology_field: str
    ip_type: str
    plan_source: str
    socio_economic_objective: str
    industry: str
    is_related_party: bool
    expected_new_investment: str | None
    expected_new_output: str | None
    subject_matter: str
    performance_plan: str
    confidentiality: str
    risk_allocation: str
    ip_ownership: str
    acceptance: str
    liability: str
    disputes: str
    definitions: str
    patents: list[dict[str, Any]]
    deductions: list[DeductionOut]
    instalments: list[InstalmentOut]
    seals: list[SealOut]
    document_sha256: str | None


class ContractPage(Schema):
    items: list[ContractRow]
    next: str | None
