"""Asking somebody to act for an organisation, and the answer.

The one who asks is told the same whether or not the address is known, and learns a name only from who accepts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from market.accounts import policy, rules
from market.accounts.events import InvitationSent
from market.accounts.models import Invitation, Membership, Organisation, User
from market.accounts.problems import AlreadyMember, InvitationClosed, OperatorConflict, RolesUnfit
from market.accounts.services.members import begin_membership
from market.accounts.services.people import rename
from market.kernel import audit, outbox, security_log
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.problems import NotAllowed, TooManyRequests


@transaction.atomic
def invite_member(
    *, actor: Actor, organisation_id: UUID, email: str, roles: Sequence[str], at: datetime, language: str = "zh-hans"
) -> Invitation:
    """Send a letter that asks the owner of the address to act for the organisation; a second one replaces the first.

    The operator may only propose the first manager of an organisation that has none. Raises RolesUnfit,
    AlreadyMember, TooManyRequests.
    """
    organisation = policy.organisations.fetch(actor=actor, pk=organisation_id, verb="invite", lock=True)
    is_proposal = not policy.manages(actor, organisation)
    if is_proposal and set(roles) != {Role.MANAGER.value}:
        raise RolesUnfit
    if not rules.roles_fit(OrganisationKind(organisation.kind), roles):
        raise RolesUnfit
    address = email.strip().lower()
    # Members are no secret to those who manage them; whether a stranger has an account is.
    if Membership.objects.filter(organisation=organisation, ended_at__isnull=True, user__email=address).exists():
        raise AlreadyMember
    _refuse_flood(organisation, address, at)
    open_ones = Invitation.objects.filter(
        organisation=organisation,
        email=address,
        accepted_at__isnull=True,
        declined_at__isnull=True,
        withdrawn_at__isnull=True,
    )
    open_ones.update(withdrawn_at=at)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=address,
        roles=sorted(set(roles)),
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        invited_by_id=actor.user_id,
        is_proposal=is_proposal,
        created_at=at,
        expires_at=at + timedelta(days=rules.INVITATION_DAYS),
    )
    audit.record("invitation.sent", actor=actor, subject=invitation, at=at, changes={"roles": invitation.roles})
    security_log.note(
        "invitation.sent",
        invitation=invitation.id,
        organisation=organisation.id,
        roles=invitation.roles,
        is_proposal=is_proposal,
    )
    outbox.publish(InvitationSent(invitation_id=invitation.id, is_proposal=is_proposal), at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation_id: UUID, at: datetime) -> Invitation:
    """Take an invitation back; raises InvitationClosed where it was answered."""
    invitation = policy.invitations.fetch(
        actor=actor, pk=invitation_id, verb="withdraw", lock=True, related=("organisation",)
    )
    _require_open(invitation, at)
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    audit.record("invitation.withdrawn", actor=actor, subject=invitation, at=at)
    return invitation


@transaction.atomic
def decline_invitation(*, actor: Actor, invitation_id: UUID, at: datetime) -> Invitation:
    """Say no; raises InvitationClosed where it was answered or taken back."""
    invitation = policy.invitations.fetch(
        actor=actor, pk=invitation_id, verb="answer", lock=True, related=("organisation",)
    )
    _require_open(invitation, at)
    invitation.declined_at = at
    invitation.save(update_fields=["declined_at"])
    audit.record("invitation.declined", actor=actor, subject=invitation, at=at)
    return invitation


@transaction.atomic
def accept_invitation(*, actor: Actor, invitation_id: UUID, at: datetime, name: str = "") -> Membership:
    """Begin to act for the organisation, under a name of one's own choice.

    Raises InvitationClosed, AlreadyMember, and OperatorConflict where the operator's own people would come to manage
    another organisation on the operator's word.
    """
    invitation = policy.invitations.fetch(
        actor=actor, pk=invitation_id, verb="answer", lock=True, related=("organisation",)
    )
    if actor.user_id is None:
        raise NotAllowed
    organisation = Organisation.objects.select_for_update().get(pk=invitation.organisation_id)
    _require_open(invitation, at)
    if organisation.suspended_at is not None:
        raise InvitationClosed
    user = User.objects.get(pk=actor.user_id)
    if invitation.is_proposal and _is_of_the_operator(user, organisation):
        raise OperatorConflict
    if invitation.is_proposal and policy.has_manager(organisation):
        raise InvitationClosed
    if name:
        rename(actor=actor, name=name, at=at)
    membership = begin_membership(actor=actor, user=user, organisation=organisation, roles=invitation.roles, at=at)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    audit.record("invitation.accepted", actor=actor, subject=invitation, at=at)
    return membership


def _require_open(invitation: Invitation, at: datetime) -> None:
    if invitation.state(at) != "open":
        raise InvitationClosed


def _refuse_flood(organisation: Organisation, address: str, at: datetime) -> None:
    """Raise TooManyRequests where the day's letters of the organisation, or to the address, are used up."""
    since = at - timedelta(days=1)
    most = rules.INVITATIONS_A_DAY if organisation.is_verified else rules.INVITATIONS_A_DAY_UNVERIFIED
    recent = Invitation.objects.filter(created_at__gt=since)
    if (
        recent.filter(organisation=organisation).count() >= most
        or recent.filter(email=address).count() >= rules.LETTERS_A_DAY_TO_ONE_ADDRESS
    ):
        raise TooManyRequests(retry_after_seconds=3600)


def _is_of_the_operator(user: User, organisation: Organisation) -> bool:
    if organisation.kind == OrganisationKind.OPERATOR:
        return False
    return Membership.objects.filter(
        user=user, ended_at__isnull=True, organisation__kind=OrganisationKind.OPERATOR.value
    ).exists()
