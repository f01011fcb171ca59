"""Organisations, their people and their keys."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from market.accounts import policy, rules
from market.accounts.actors import KEY_MARK, hash_secret
from market.accounts.models import ApiKey, Membership, Organisation, User
from market.accounts.problems import AlreadyMember, LastManager, OrganisationExists, RolesUnfit
from market.kernel import audit
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.problems import InvalidInput, NotAllowed, NotSignedIn
from market.reference.identifiers.credit_code import parse_credit_code
from market.reference.identifiers.text import InvalidIdentifier
from market.reference.locations import party_location_or_none


@transaction.atomic
def create_organisation(
    *, actor: Actor, kind: OrganisationKind, name: str, credit_code: str, region: str, at: datetime, **facts: Any
) -> Organisation:
    """Register an organisation; a person who does so becomes its manager and clerk.

    Universities, enterprises and agencies register themselves, the operator registers the others. It can publish and
    sign once the operator has verified it. `facts` are further columns of the row. Raises OrganisationExists.
    """
    if not (actor.is_signed_in or actor.is_system):
        raise NotSignedIn
    if kind not in rules.SELF_SERVICE and not (actor.is_operator or actor.is_system):
        raise NotAllowed
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(
                kind=kind, name=name, credit_code=_normalised(credit_code), region=_located(region), **facts
            )
    except IntegrityError as error:
        if "one_row_per_credit_code" in str(error):
            raise OrganisationExists from error
        raise
    audit.record("organisation.created", actor=actor, subject=organisation, at=at, changes={"name": name, "kind": kind})
    if actor.user_id is not None and not actor.is_operator:
        roles = [Role.MANAGER.value, Role.CLERK.value]
        Membership.objects.create(user_id=actor.user_id, organisation=organisation, roles=roles)
    return organisation


@transaction.atomic
def verify_organisation(*, actor: Actor, organisation_id: UUID, at: datetime) -> Organisation:
    """The operator has seen the papers: the organisation may publish and sign. Verifying again changes nothing."""
    organisation = policy.organisations.fetch(actor=actor, pk=organisation_id, verb="verify", lock=True)
    if organisation.verified_at is None:
        organisation.verified_at = at
        organisation.bump()
        organisation.save()
        audit.record("organisation.verified", actor=actor, subject=organisation, at=at)
    return organisation


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
    """Let a person act for the organisation; an unknown e-mail gets an account that sets its password by mail.

    Raises RolesUnfit, AlreadyMember.
    """
    organisation = policy.organisations.fetch(actor=actor, pk=organisation_id, verb="add_member", lock=True)
    if not rules.roles_fit(OrganisationKind(organisation.kind), roles):
        raise RolesUnfit
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    if Membership.objects.filter(user=user, organisation=organisation, ended_at__isnull=True).exists():
        raise AlreadyMember
    membership = Membership.objects.create(user=user, organisation=organisation, roles=sorted(roles))
    audit.record("membership.added", actor=actor, subject=membership, at=at, changes={"roles": sorted(roles)})
    return membership


@transaction.atomic
def end_membership(*, actor: Actor, membership_id: UUID, at: datetime) -> Membership:
    """End a person's acting for an organisation, at once for every session; raises LastManager."""
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
        audit.record("membership.ended", actor=actor, subject=membership, at=at)
    return membership


@transaction.atomic
def issue_api_key(
    *, actor: Actor, name: str, roles: Sequence[str], scopes: Sequence[str], expires_at: datetime | None, at: datetime
) -> tuple[ApiKey, str]:
    """A key for the actor's organisation and its token, which is told this once.

    A key never has a role that its issuer lacks. Raises RolesUnfit.
    """
    if actor.user_id is None:
        raise NotSignedIn
    if actor.organisation_id is None:
        raise NotAllowed
    organisation = policy.organisations.fetch(actor=actor, pk=actor.organisation_id, verb="issue_key")
    is_own = {role.value for role in actor.roles} >= set(roles)
    if not is_own or not rules.roles_fit(OrganisationKind(organisation.kind), roles) or not rules.scopes_exist(scopes):
        raise RolesUnfit
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=organisation,
        created_by_id=actor.user_id,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        roles=sorted(set(roles)),
        expires_at=expires_at,
    )
    audit.record("api_key.issued", actor=actor, subject=key, at=at, changes={"scopes": key.scopes, "roles": key.roles})
    return key, f"{KEY_MARK}{prefix}_{secret}"


@transaction.atomic
def revoke_api_key(*, actor: Actor, key_id: UUID, at: datetime) -> ApiKey:
    """End a key at once; ending it again changes nothing."""
    key = policy.api_keys.fetch(actor=actor, pk=key_id, verb="revoke", lock=True, related=("organisation",))
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        audit.record("api_key.revoked", actor=actor, subject=key, at=at)
    return key


def _normalised(credit_code: str) -> str:
    """The code without spaces, in capitals; raises InvalidInput that names the field."""
    if not credit_code:
        return ""
    try:
        return parse_credit_code(credit_code).value
    except InvalidIdentifier as error:
        raise InvalidInput(
            errors=[{"loc": ["credit_code"], "code": error.code, "message": str(error.message)}]
        ) from error


def _located(region: str) -> str:
    """The division's code; none for a party abroad. Raises InvalidInput that names the field."""
    try:
        return party_location_or_none(region)
    except InvalidIdentifier as error:
        raise InvalidInput(errors=[{"loc": ["region"], "code": error.code, "message": str(error.message)}]) from error


def prefer_language(*, user_id: UUID, language: str) -> None:
    """Have a person told things in a language from now on; one that the portal does not speak changes nothing."""
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=user_id).update(language=language)
