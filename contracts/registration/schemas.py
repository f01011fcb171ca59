from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, create_model

from contracts.registration.facts import CORRECTABLE, REGION
from contracts.registration.models import Attachment
from contracts.registration.rules import Difference, Ground
from market.kernel.api import Payload, Reference
from market.kernel.money import MAX_AMOUNT
from market.reference.locations import LocationOrNone

AmountIn = Annotated[
    Decimal, Field(gt=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2, description="Yuan, at most two places")
]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
Code = Annotated[str, Field(max_length=40)]
Confirmed = Annotated[
    list[Literal["amount_unit", "registration_no"]],
    Field(max_length=2, description="Questions of an earlier `confirmation_needed` that were looked into"),
]
Grounds = Annotated[list[Ground], Field(min_length=1, max_length=20)]


class ApplyIn(Payload):
    contract_id: UUID
    office_id: UUID


class GroundsIn(Payload):
    """Why: codes of the dictionary `registration_ground`, and the registrar's words."""

    grounds: Grounds
    remark: Annotated[str, Field(max_length=1000)] = ""


class UnrecognisedIn(Payload):
    amount: AmountIn
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class RegisterIn(Payload):
    """What the registry recognised; the number comes from the national system."""

    registration_no: Annotated[str, Field(min_length=1, max_length=40)]
    registered_on: date
    contract_amount: AmountIn
    technology_amount: AmountIn
    differences: Annotated[
        list[UnrecognisedIn],
        Field(max_length=20, description="Why less is recognised than the contract says; the items sum to it"),
    ] = []
    confirmed: Confirmed = []

    def values(self) -> dict[str, Any]:
        differences = [Difference(item.amount, item.reason) for item in self.differences]
        return super().values() | {"differences": differences}


class AmendIn(Payload):
    """The new totals, not the difference; sent as a form with the supplementary agreement."""

    contract_amount: AmountIn
    technology_amount: AmountIn
    effective_on: date
    reason: Reason
    confirmed: Confirmed = []


class EndIn(Payload):
    """Sent as a form with the paper it rests on."""

    effective_on: date
    reason: Reason


def _codes_of_facts() -> type[Payload]:
    """A code, or nothing, for each fact that a correction may put right."""
    fields: dict[str, Any] = {
        name: ((LocationOrNone if fact.scheme == REGION else Code) | None, None) for name, fact in CORRECTABLE.items()
    }
    return create_model("CorrectedFacts", __base__=Payload, __module__=__name__, **fields)


class CorrectIn(_codes_of_facts()):  # type: ignore[misc]  # its fields are the table's
    """What the registration should have said from the start; what is left out was right.

    Amounts are the right totals as of now. Region GB/T 2260, the others codes of their dictionaries.
    """

    contract_amount: AmountIn | None = None
    technology_amount: AmountIn | None = None
    registration_no: Annotated[str, Field(max_length=40)] = ""
    registered_on: date | None = None
    reason: Reason
    confirmed: Confirmed = []

    def values(self) -> dict[str, Any]:
        facts = self.model_dump(include=set(CORRECTABLE), exclude_none=True)
        return self.model_dump(exclude=set(CORRECTABLE)) | {"facts": facts}


class UnrecognisedOut(Schema):
    amount: str
    reason: str


class PaperOut(Schema):
    name: str
    sha256: str


class CorrectionOut(Schema):
    """A correction that a second person decides; `facts` are the right codes of what was wrong, yuan as strings."""

    id: UUID
    registration_id: UUID
    state: str
    facts: dict[str, str]
    contract_amount: str
    technology_amount: str
    registration_no: str
    registered_on: date | None
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    version: int
    allowed: list[str]


class RegistrationChangeOut(Schema):
    """An amendment, cancellation or revocation; the amounts are the totals afterwards, yuan as strings.

    `published` names the published reports whose period it moves.
    """

    id: UUID
    registration_id: UUID
    kind: str
    state: str
    contract_amount: str
    technology_amount: str
    effective_on: date
    reason: str
    document: PaperOut
    published: list[str]
    needs_second_person: bool
    proposed_at: datetime
    decided_at: datetime | None
    version: int
    allowed: list[str]


class AttachIn(Payload):
    """Sent as a form with the paper."""

    kind: Attachment.Kind


class AttachmentOut(Schema):
    id: UUID
    kind: str
    document: PaperOut
    added_at: datetime


class RoundOut(Schema):
    """What the registry found at one time: `correction`, `sent_back` or `refused`, and codes of its grounds."""

    kind: str
    grounds: list[str]
    remark: str
    made_at: datetime


class RegistrationStepOut(Schema):
    """One step: by whose organisation, and by whom where that is the reader's own; its reason in words."""

    at: datetime
    action: str
    label: str
    organisation: str
    person: str
    detail: str


class RegistrationPapersOut(Schema):
    """The papers and what the registry found so far, each the newest first; every step, the oldest first."""

    attachments: list[AttachmentOut]
    rounds: list[RoundOut]
    history: list[RegistrationStepOut]


class RegistrationOut(Schema):
    """An application and, once registered, what was recognised; yuan as decimal strings."""

    id: UUID
    no: str
    contract_id: UUID
    contract_title: str
    applicant: Reference
    office: Reference
    rule_set: str
    state: str
    submitted_at: datetime | None
    accepted_on: date | None
    due_on: date | None
    due_is_provisional: Annotated[
        bool, Field(description="Counted without the holidays of a year that are not published yet; may still move")
    ]
    grounds: list[str]
    remark: str
    registered_on: date | None
    registration_no: str
    contract_amount: str | None
    technology_amount: str | None
    warnings: list[str]
    differences: list[UnrecognisedOut]
    correction_id: UUID | None
    change_id: Annotated[UUID | None, Field(description="The newest amendment, cancellation or revocation")]
    version: int
    allowed: list[str]


class RegistrationPage(Schema):
    items: list[RegistrationOut]
    next: str | None
