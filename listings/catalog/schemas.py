from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, create_model

from listings.catalog.data import AchievementData, DemandData
from market.kernel.api import Payload, Reference
from market.kernel.questions import AmountConfirmed


def changes_of(model: type[Payload], name: str) -> type[Payload]:
    """The body of a PATCH: every field of `model`, none required; only the fields that are sent are changed."""
    fields: dict[str, Any] = {
        key: (Annotated[info.annotation, Field(), *info.metadata] | None, None)
        for key, info in model.model_fields.items()
    }
    return create_model(name, __base__=Payload, __module__=__name__, confirmed=(AmountConfirmed, []), **fields)


AchievementChanges = changes_of(AchievementData, "AchievementChanges")
DemandChanges = changes_of(DemandData, "DemandChanges")


class TakeDownIn(Payload):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class PatentOut(Schema):
    application_no: str
    publication_no: str
    patent_type: str
    title: str
    applicant: str
    patentee: str
    filed_on: date | None
    granted_on: date | None
    expires_on: date | None
    legal_status: str


class AchievementRow(Schema):
    """An achievement in a list; `price` in yuan, null when negotiable."""

    id: UUID
    title: str
    owner: Reference
    keywords: list[str]
    technology_field: str
    local_industry: str
    region: str
    maturity: str
    ip_type: str
    transfer_modes: list[str]
    price: str | None
    state: str
    published_at: datetime | None
    version: int


class AchievementOut(AchievementRow):
    """An achievement with everything the reader may see; contacts are for verified organisations."""

    industries: list[str]
    disclosure: str
    summary: str
    applications: str
    indicators: str
    advantages: str
    requirements: str
    ipc_codes: list[str]
    readiness_level: int | None
    pricing: str
    attribute: str
    form: str
    level: str
    category: str
    application_state: str
    completed_by: str
    contributors: list[str]
    research_started_on: date | None
    research_ended_on: date | None
    expires_on: date | None
    contact_name: str
    contact_phone: str
    patents: list[PatentOut]
    allowed: list[str]


class AchievementPage(Schema):
    items: list[AchievementRow]
    next: str | None


class DemandRow(Schema):
    """A demand in a list; `budget` in yuan, null when open; `owner` is null when the owner stays unnamed."""

    id: UUID
    title: str
    owner: Reference | None
    keywords: list[str]
    technology_field: str
    local_industry: str
    region: str
    budget: str | None
    wanted_by_on: date | None
    state: str
    published_at: datetime | None
    version: int


class DemandOut(DemandRow):
    industries: list[str]
    disclosure: str
    difficulties: str
    indicators: str
    research_content: str
    current_state: str
    source: str
    required_maturity: str
    short_cooperation: list[str]
    long_cooperation: list[str]
    intended_experts: str
    is_anonymous: bool
    expires_on: date | None
    contact_name: str
    contact_phone: str
    allowed: list[str]


class DemandPage(Schema):
    items: list[DemandRow]
    next: str | None
