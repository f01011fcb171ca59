"""Verified organisations are public; what stands behind them is for their own people and the operator."""

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from market.accounts.models import ApiKey, Invitation, Membership, Organisation, User
from market.kernel.actor import Actor, Role
from market.kernel.policy import Policy


def manages(actor: Actor, organisation: Organisation) -> bool:
    """A person who is a manager of the organisation; never a machine."""
    return actor.user_id is not None and actor.acts_for(organisation.id) and actor.has_role(Role.MANAGER)


def has_manager(organisation: Organisation) -> bool:
    live = Membership.objects.filter(organisation=organisation, ended_at__isnull=True)
    return live.filter(roles__contains=[Role.MANAGER.value], user__is_active=True).exists()


def operates(actor: Actor, row: object = None) -> bool:
    """A person of the operator; never a machine."""
    return actor.user_id is not None and actor.is_operator


def may_invite(actor: Actor, organisation: Organisation) -> bool:
    """A manager, or the operator where there is no manager who could be asked."""
    return manages(actor, organisation) or (operates(actor) and not has_manager(organisation))


def may_end(actor: Actor, membership: Membership) -> bool:
    is_own = actor.user_id is not None and membership.user_id == actor.user_id
    return is_own or manages(actor, membership.organisation)


def may_withdraw(actor: Actor, invitation: Invitation) -> bool:
    return manages(actor, invitation.organisation) or (operates(actor) and invitation.is_proposal)


def is_addressed(actor: Actor, invitation: Invitation) -> bool:
    return addresses_of(actor.user_id).filter(email=invitation.email).exists()


def addresses_of(user_id: UUID | None) -> QuerySet[EmailAddress]:
    """The e-mail addresses that a person has shown to be theirs."""
    found: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=user_id, user__isnull=False, verified=True)
    return found


def visible_organisations(actor: Actor) -> Q:
    if actor.reads_everything:
        return Q()
    return Q(verified_at__isnull=False) | Q(pk=actor.organisation_id)


def own_or_operated(actor: Actor) -> Q:
    own = Q(organisation=actor.organisation_id, organisation__isnull=False) | Q(user=actor.user_id, user__isnull=False)
    return Q() if actor.is_operator else own


def visible_invitations(actor: Actor) -> Q:
    addressed = Q(email__in=addresses_of(actor.user_id).values("email"))
    if actor.is_operator:
        addressed |= Q(is_proposal=True)
    if actor.user_id is not None and actor.has_role(Role.MANAGER):
        addressed |= Q(organisation=actor.organisation_id)
    return addressed if actor.user_id is not None else Q(pk__in=[])


def own_keys(actor: Actor) -> Q:
    return Q(organisation=actor.organisation_id) if actor.has_role(Role.MANAGER) else Q(pk__in=[])


organisations = Policy(
    Organisation,
    visible=visible_organisations,
    verbs={
        "update": manages,
        "resubmit": manages,
        "invite": may_invite,
        "issue_key": manages,
        "verify": lambda actor, row: actor.is_operator,
        "reject": operates,
        "suspend": operates,
    },
    scope="organisations",
)
people = Policy(
    User,
    visible=lambda actor: Q() if operates(actor) else Q(pk__in=[]),
    verbs={"suspend": operates},
    scope="organisations",
)
memberships = Policy(Membership, visible=own_or_operated, verbs={"end": may_end}, scope="organisations")
invitations = Policy(
    Invitation,
    visible=visible_invitations,
    verbs={"withdraw": may_withdraw, "answer": is_addressed},
    scope="organisations",
)
api_keys = Policy(
    ApiKey,
    visible=own_keys,
    verbs={"revoke": lambda actor, row: manages(actor, row.organisation)},
    scope="organisations",
)
