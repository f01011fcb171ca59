"""Who is who."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from market.accounts import policy, rules
from market.accounts.models import ApiKey, Invitation, Membership, Organisation, User
from market.kernel.actor import Actor, OrganisationKind, Role


def organisations(*, actor: Actor, kind: str = "") -> QuerySet[Organisation]:
    """Organisations the actor may know of; the caller orders them."""
    rows = policy.organisations.visible_to(actor)
    return rows.filter(kind=kind) if kind else rows


def found_organisations(*, actor: Actor, text: str) -> QuerySet[Organisation]:
    """Organisations by part of a name or credit code, each with `has_manager`."""
    managers = Membership.objects.filter(
        organisation=OuterRef("pk"), ended_at__isnull=True, roles__contains=[Role.MANAGER.value], user__is_active=True
    )
    rows = organisations(actor=actor).filter(Q(name__icontains=text) | Q(credit_code__icontains=text))
    return rows.annotate(has_manager=Exists(managers)).order_by("name", "id")


def live_memberships() -> QuerySet[Membership]:
    """Memberships that let a person act: neither ended nor of an organisation that the operator has suspended."""
    return Membership.objects.filter(ended_at__isnull=True, organisation__suspended_at__isnull=True)


def memberships_of(user_id: UUID) -> QuerySet[Membership]:
    """A person's live memberships, in the order of joining."""
    return live_memberships().filter(user=user_id).select_related("organisation").order_by("created_at", "id")


def members_with_role(organisation_id: UUID, *roles: Role) -> QuerySet[User]:
    """Active people who hold one of the roles in the organisation; all of them when no role is named."""
    live = live_memberships().filter(organisation=organisation_id)
    if roles:
        live = live.filter(roles__overlap=[role.value for role in roles])
    return User.objects.filter(pk__in=live.values("user"), is_active=True).order_by("id")


def operators() -> QuerySet[User]:
    """Active people who run the market."""
    live = live_memberships().filter(
        organisation__kind=OrganisationKind.OPERATOR.value, roles__contains=[Role.OPERATOR.value]
    )
    return User.objects.filter(pk__in=live.values("user"), is_active=True).order_by("id")


def members(*, actor: Actor, organisation_id: UUID) -> QuerySet[Membership]:
    """Who acts for the organisation, as far as the actor may know; the caller orders them."""
    rows = policy.memberships.visible_to(actor).filter(organisation=organisation_id, ended_at__isnull=True)
    return rows.select_related("user", "organisation")


def open_invitations(*, actor: Actor, organisation_id: UUID, at: datetime) -> QuerySet[Invitation]:
    """The organisation's invitations that wait for an answer, newest first."""
    rows = policy.invitations.visible_to(actor).filter(organisation=organisation_id)
    return _open(rows, at)


def invitations_to(*, actor: Actor, at: datetime) -> QuerySet[Invitation]:
    """What the actor was asked and has not answered, newest first."""
    rows = Invitation.objects.filter(email__in=policy.addresses_of(actor.user_id).values("email"))
    return _open(rows, at)


def _open(rows: QuerySet[Invitation], at: datetime) -> QuerySet[Invitation]:
    rows = rows.filter(accepted_at__isnull=True, declined_at__isnull=True, withdrawn_at__isnull=True)
    return rows.filter(expires_at__gt=at).select_related("organisation").order_by("-created_at", "-id")


def keys(*, actor: Actor, live: bool | None, at: datetime) -> QuerySet[ApiKey]:
    """The organisation's keys: all, those that work, or those that do not."""
    rows = policy.api_keys.visible_to(actor).select_related("created_by")
    if live is None:
        return rows
    working = live_keys(at).filter(pk=OuterRef("pk"))
    return rows.filter(Exists(working) if live else ~Exists(working))


def live_keys(at: datetime) -> QuerySet[ApiKey]:
    """Keys that work at `at`: not revoked, within their time, and issued by who still acts for the organisation."""
    issuer = live_memberships().filter(
        user=OuterRef("created_by"), organisation=OuterRef("organisation"), user__is_active=True
    )
    # Keys from before every key had an end live as long as a new one may at most.
    oldest = at - timedelta(days=rules.LONGEST_KEY_DAYS)
    in_time = Q(expires_at__gt=at) | Q(expires_at__isnull=True, created_at__gt=oldest)
    return ApiKey.objects.select_related("organisation").filter(Exists(issuer), in_time, revoked_at__isnull=True)


def people(*, actor: Actor, text: str) -> QuerySet[User]:
    """People whose name or address holds the text; nobody for whom is not the operator."""
    rows = policy.people.visible_to(actor)
    return rows.filter(Q(email__icontains=text) | Q(name__icontains=text)) if text else rows
