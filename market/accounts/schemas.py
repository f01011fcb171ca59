from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from market.kernel.actor import OrganisationKind, Role
from market.kernel.api import Payload
from market.reference.locations import Location


class OrganisationIn(Payload):
    kind: OrganisationKind
    name: Annotated[str, Field(min_length=2, max_length=120)]
    credit_code: Annotated[str, Field(min_length=1, max_length=40, description="统一社会信用代码")]
    region: Location


class OrganisationOut(Schema):
    id: UUID
    kind: str
    name: str
    region: str
    local_industry: str
    is_verified: bool
    version: int


class OrganisationPage(Schema):
    items: list[OrganisationOut]
    next: str | None


class MemberIn(Payload):
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=9)]


class MemberOut(Schema):
    id: UUID
    user_id: UUID
    organisation_id: UUID
    roles: list[str]


class KeyIn(Payload):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=9)]
    scopes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=40)]
    expires_at: datetime | None = None


class KeyOut(Schema):
    """A key without its secret."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    roles: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class NewKeyOut(KeyOut):
    token: Annotated[str, Field(description="Told this once")]


class MeOut(Schema):
    """Who the caller is to the market."""

    name: str
    organisation_id: UUID | None
    organisation_name: str
    organisation_kind: str | None
    is_verified: bool
    roles: list[str]
    scopes: list[str] | None
