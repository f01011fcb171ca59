from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from market.accounts.models import Invitation, Membership
from market.kernel import clock
from market.kernel.actor import OrganisationKind, Role
from market.kernel.api import Payload
from market.kernel.values import EmailAddress
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
    rejected_at: datetime | None
    suspended_at: datetime | None
    version: int


class OrganisationPage(Schema):
    items: list[OrganisationOut]
    next: str | None


class ReasonIn(Payload):
    reason: Annotated[str, Field(min_length=1, max_length=500, description="Told to whom it concerns")]


class InvitationIn(Payload):
    email: EmailAddress
    roles: Annotated[list[Role], Field(min_length=1, max_length=9)]


class InvitationOut(Schema):
    """Somebody was asked to act for an organisation; nothing here tells whether the address is known."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    email: str
    roles: list[str]
    is_proposal: Annotated[bool, Field(description="By the operator, of a first manager")]
    state: Literal["open", "accepted", "declined", "withdrawn", "expired"]
    created_at: datetime
    expires_at: datetime

    @staticmethod
    def resolve_organisation_name(invitation: Invitation) -> str:
        return invitation.organisation.name

    @staticmethod
    def resolve_state(invitation: Invitation) -> str:
        return invitation.state(clock.now())


class InvitationPage(Schema):
    items: list[InvitationOut]
    next: str | None


class AcceptIn(Payload):
    name: Annotated[str, Field(max_length=60, description="What to be called; empty: as before")] = ""


class NameIn(Payload):
    name: Annotated[str, Field(min_length=1, max_length=60)]


class MemberOut(Schema):
    id: UUID
    user_id: UUID
    organisation_id: UUID
    name: str
    email: str
    roles: list[str]
    ended_at: datetime | None

    @staticmethod
    def resolve_name(membership: Membership) -> str:
        return membership.user.name

    @staticmethod
    def resolve_email(membership: Membership) -> str:
        return membership.user.email


class MemberPage(Schema):
    items: list[MemberOut]
    next: str | None


class PersonOut(Schema):
    """A person, for the operator."""

    id: UUID
    email: str
    name: str
    suspended_at: datetime | None
    suspension_reason: str


class PersonPage(Schema):
    items: list[PersonOut]
    next: str | None


class KeyIn(Payload):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=9)]
    scopes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=40)]
    expires_at: Annotated[datetime | None, Field(description="At most 366 days ahead; left out: in 90 days")] = None


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


class KeyPage(Schema):
    items: list[KeyOut]
    next: str | None


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
