"""What happens to organisations, their people and their keys; the notices above tell whom it concerns."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class ApplicationMade(Event):
    """An organisation waits for the operator to verify it."""

    topic: ClassVar[str] = "market.accounts.application.made"
    organisation_id: UUID


@dataclass(frozen=True)
class ApplicationAnswered(Event):
    """`answer` is "verified" or "rejected"."""

    topic: ClassVar[str] = "market.accounts.application.answered"
    organisation_id: UUID
    answer: str


@dataclass(frozen=True)
class InvitationSent(Event):
    topic: ClassVar[str] = "market.accounts.invitation.sent"
    invitation_id: UUID
    is_proposal: bool


@dataclass(frozen=True)
class MembershipBegun(Event):
    topic: ClassVar[str] = "market.accounts.membership.begun"
    membership_id: UUID


@dataclass(frozen=True)
class MembershipEnded(Event):
    """`by` is "self" or "manager"."""

    topic: ClassVar[str] = "market.accounts.membership.ended"
    membership_id: UUID
    by: str
    keys_ended: int


@dataclass(frozen=True)
class KeyIssued(Event):
    topic: ClassVar[str] = "market.accounts.key.issued"
    key_id: UUID


@dataclass(frozen=True)
class PersonSuspended(Event):
    """A person was suspended, or the suspension lifted."""

    topic: ClassVar[str] = "market.accounts.person.suspended"
    user_id: UUID
    is_lifted: bool


@dataclass(frozen=True)
class OrganisationSuspended(Event):
    """An organisation was suspended, or the suspension lifted."""

    topic: ClassVar[str] = "market.accounts.organisation.suspended"
    organisation_id: UUID
    is_lifted: bool
