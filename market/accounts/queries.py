"""Who is who."""

from uuid import UUID

from django.db.models import QuerySet

from market.accounts import policy
from market.accounts.models import Membership, Organisation, User
from market.kernel.actor import Actor, Role


def organisations(*, actor: Actor, kind: str = "") -> QuerySet[Organisation]:
    """Organisations the actor may know of; the caller orders them."""
    rows = policy.organisations.visible_to(actor)
    return rows.filter(kind=kind) if kind else rows


def memberships_of(user_id: UUID) -> QuerySet[Membership]:
    """A person's live memberships, in the order of joining."""
    return (
        Membership.objects.filter(user=user_id, ended_at__isnull=True)
        .select_related("organisation")
        .order_by("created_at", "id")
    )


def members_with_role(organisation_id: UUID, *roles: Role) -> QuerySet[User]:
    """Active people who hold one of the roles in the organisation; all of them when no role is named."""
    live = Membership.objects.filter(organisation=organisation_id, ended_at__isnull=True)
    if roles:
        live = live.filter(roles__overlap=[role.value for role in roles])
    return User.objects.filter(pk__in=live.values("user"), is_active=True).order_by("id")
