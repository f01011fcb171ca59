"""What an owner says of a listing, however it arrives: form, API, import, another market."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from listings.catalog.models import Disclosure
from market.kernel.api import Payload
from market.kernel.money import MAX_AMOUNT
from market.kernel.values import ON_ONE_LINE
from market.reference.locations import LocationOrNone

Code = Annotated[str, Field(max_length=40)]
Keyword = Annotated[str, Field(min_length=1, max_length=40)]
Yuan = Annotated[Decimal, Field(ge=0, le=MAX_AMOUNT, max_digits=16, decimal_places=2)]


class ListingData(Payload):
    """The fields that both kinds have; codes are of the dictionaries named by their field."""

    title: Annotated[str, Field(min_length=2, max_length=200), ON_ONE_LINE]
    keywords: Annotated[list[Keyword], Field(max_length=10)] = []
    technology_field: Code = ""
    industries: Annotated[list[Annotated[str, Field(max_length=5)]], Field(max_length=5)] = []
    local_industry: Code = ""
    region: LocationOrNone = ""
    disclosure: Disclosure = Disclosure.PUBLIC
    contact_name: Annotated[str, Field(max_length=60)] = ""
    contact_phone: Annotated[str, Field(max_length=30)] = ""
    expires_on: date | None = None


class PatentData(Payload):
    """A patent by its application number, its publication number, or both."""

    application_no: Annotated[str, Field(max_length=40)] = ""
    publication_no: Annotated[str, Field(max_length=40)] = ""
    title: Annotated[str, Field(min_length=1, max_length=300), ON_ONE_LINE]
    applicant: Annotated[str, Field(max_length=200)] = ""
    patentee: Annotated[str, Field(max_length=200)] = ""
    filed_on: date | None = None
    granted_on: date | None = None


class AchievementData(ListingData):
    """科技成果."""

    summary: Annotated[str, Field(max_length=5000)] = ""
    applications: Annotated[str, Field(max_length=3000)] = ""
    indicators: Annotated[str, Field(max_length=3000)] = ""
    advantages: Annotated[str, Field(max_length=3000)] = ""
    requirements: Annotated[str, Field(max_length=2000)] = ""
    ipc_codes: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20)] = []
    maturity: Code = ""
    readiness_level: Annotated[int, Field(ge=1, le=9)] | None = None
    ip_type: Code = ""
    transfer_modes: Annotated[list[Code], Field(max_length=10)] = []
    pricing: Annotated[str, Field(max_length=30)] = ""
    price: Yuan | None = None
    attribute: Code = ""
    form: Code = ""
    level: Code = ""
    category: Code = ""
    application_state: Code = ""
    completed_by: Annotated[str, Field(max_length=300)] = ""
    contributors: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)] = []
    research_started_on: date | None = None
    research_ended_on: date | None = None
    patents: Annotated[list[PatentData], Field(max_length=20)] = []


class DemandData(ListingData):
    """技术需求."""

    difficulties: Annotated[str, Field(min_length=1, max_length=5000)]
    indicators: Annotated[str, Field(max_length=3000)] = ""
    research_content: Annotated[str, Field(max_length=5000)] = ""
    current_state: Annotated[str, Field(max_length=3000)] = ""
    source: Code = ""
    budget: Yuan | None = None
    wanted_by_on: date | None = None
    required_maturity: Annotated[str, Field(max_length=20)] = ""
    short_cooperation: Annotated[list[Code], Field(max_length=10)] = []
    long_cooperation: Annotated[list[Code], Field(max_length=10)] = []
    intended_experts: Annotated[str, Field(max_length=300)] = ""
    is_anonymous: bool = False
