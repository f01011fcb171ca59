"""Who acts for an organisation, and until when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from market.accounts import policy, rules
from market.accounts.events import MembershipBegun, MembershipEnded
from market.accounts.models import Invitation, Membership, Organisation, User
from market.accounts.problems import AlreadyMember, LastManager, RolesUnfit
from market.accounts.services.keys import end_keys
from market.kernel import audit, outbox, security_log
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.problems import NotAllowed


@transaction.atomic
def add_member(
    *,
    actor: Actor,
    organisation_id: UUID,
    email: str,
    name: str,
    roles: Sequence[str],
    at: datetime,
    password: str | None = None,
) -> Membership:
    """Make a person a member without asking: for the system only, when a market or a demonstration is set up.

    An unknown e-mail gets an account. Raises RolesUnfit, AlreadyMember.
    """
    if not actor.is_system:
        raise NotAllowed
    organisation = policy.organisations.fetch(actor=actor, pk=organisation_id, lock=True)
    if not rules.roles_fit(OrganisationKind(organisation.kind), roles):
        raise RolesUnfit
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    return begin_membership(actor=actor, user=user, organisation=organisation, roles=roles, at=at)


def begin_membership(
    *, actor: Actor, user: User, organisation: Organisation, roles: Sequence[str], at: datetime
) -> Membership:
    """The membership with its traces; the caller holds the organisation's lock. Raises AlreadyMember."""
    if Membership.objects.filter(user=user, organisation=organisation, ended_at__isnull=True).exists():
        raise AlreadyMember
    membership = Membership.objects.create(user=user, organisation=organisation, roles=sorted(roles))
    audit.record("membership.added", actor=actor, subject=membership, at=at, changes={"roles": sorted(roles)})
    security_log.note("membership.added", user=user.id, organisation=organisation.id, roles=sorted(roles))
    if not actor.is_system:
        outbox.publish(MembershipBegun(membership_id=membership.id), at=at)
    return membership


@transaction.atomic
def end_membership(*, actor: Actor, membership_id: UUID, at: datetime) -> Membership:
    """End a person's acting for an organisation, at once for every session and key; raises LastManager.

    A manager ends any, a person their own.
    """
    membership = policy.memberships.fetch(
        actor=actor, pk=membership_id, verb="end", lock=True, related=("organisation",)
    )
    # Two managers who remove each other at the same time would each still see the other.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    others = Membership.objects.filter(
        organisation=membership.organisation_id, ended_at__isnull=True, roles__contains=[Role.MANAGER.value]
    ).exclude(pk=membership.pk)
    if Role.MANAGER in membership.roles and not others.exists():
        raise LastManager
    if membership.ended_at is None:
        membership.ended_at = at
        membership.save(update_fields=["ended_at"])
        keys = end_keys(actor=actor, at=at, organisation=membership.organisation_id, created_by=membership.user_id)
        audit.record("membership.ended", actor=actor, subject=membership, at=at, changes={"keys_ended": len(keys)})
        security_log.note(
            "membership.ended",
            user=membership.user_id,
            organisation=membership.organisation_id,
            keys_ended=len(keys),
        )
        _withdraw_invitations_of(membership, at)
        by = "self" if actor.user_id == membership.user_id else "manager"
        outbox.publish(MembershipEnded(membership_id=membership.id, by=by, keys_ended=len(keys)), at=at)
    return membership


def _withdraw_invitations_of(membership: Membership, at: datetime) -> None:
    """Nobody comes in on the word of one who has gone."""
    Invitation.objects.filter(
        organisation=membership.organisation_id,
        invited_by=membership.user_id,
        accepted_at__isnull=True,
        declined_at__isnull=True,
        withdrawn_at__isnull=True,
    ).update(withdrawn_at=at)
