"""Keys of machines: issued by a manager, ended by one, and never outliving their issuer's membership."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from market.accounts import policy, rules
from market.accounts.actors import KEY_MARK, hash_secret
from market.accounts.events import KeyIssued
from market.accounts.models import ApiKey
from market.accounts.problems import RolesUnfit, TooManyKeys
from market.accounts.queries import live_keys
from market.kernel import audit, outbox, security_log
from market.kernel.actor import Actor, OrganisationKind
from market.kernel.problems import InvalidInput, NotAllowed, NotSignedIn


@transaction.atomic
def issue_api_key(
    *, actor: Actor, name: str, roles: Sequence[str], scopes: Sequence[str], expires_at: datetime | None, at: datetime
) -> tuple[ApiKey, str]:
    """A key for the actor's organisation and its token, which is told this once.

    A key never has a role that its issuer lacks, and ends after 90 days or at `expires_at`, a year ahead at most.
    Raises RolesUnfit, TooManyKeys.
    """
    if actor.user_id is None:
        raise NotSignedIn
    if actor.organisation_id is None:
        raise NotAllowed
    organisation = policy.organisations.fetch(actor=actor, pk=actor.organisation_id, verb="issue_key", lock=True)
    is_own = {role.value for role in actor.roles} >= set(roles)
    if not is_own or not rules.roles_fit(OrganisationKind(organisation.kind), roles) or not rules.scopes_exist(scopes):
        raise RolesUnfit
    if live_keys(at).filter(organisation=organisation).count() >= rules.MOST_LIVE_KEYS:
        raise TooManyKeys(limit=rules.MOST_LIVE_KEYS)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=organisation,
        created_by_id=actor.user_id,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        roles=sorted(set(roles)),
        expires_at=_end_of(expires_at, at),
    )
    audit.record("api_key.issued", actor=actor, subject=key, at=at, changes={"scopes": key.scopes, "roles": key.roles})
    security_log.note("api_key.issued", key=key.id, organisation=organisation.id, roles=key.roles, scopes=key.scopes)
    outbox.publish(KeyIssued(key_id=key.id), at=at)
    return key, f"{KEY_MARK}{prefix}_{secret}"


@transaction.atomic
def revoke_api_key(*, actor: Actor, key_id: UUID, at: datetime) -> ApiKey:
    """End a key at once; ending it again changes nothing."""
    key = policy.api_keys.fetch(actor=actor, pk=key_id, verb="revoke", lock=True, related=("organisation",))
    if key.revoked_at is None:
        _revoke(key, actor=actor, at=at)
    return key


def end_keys(*, actor: Actor, at: datetime, **whose: Any) -> list[ApiKey]:
    """End every key that is not yet ended, of an organisation or an issuer; the caller is in a transaction."""
    keys = list(ApiKey.objects.select_for_update().filter(revoked_at__isnull=True, **whose).order_by("id"))
    for key in keys:
        _revoke(key, actor=actor, at=at)
    return keys


def _revoke(key: ApiKey, *, actor: Actor, at: datetime) -> None:
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    audit.record("api_key.revoked", actor=actor, subject=key, at=at)
    security_log.note("api_key.revoked", key=key.id, organisation=key.organisation_id)


def _end_of(wanted: datetime | None, at: datetime) -> datetime:
    if wanted is None:
        return at + timedelta(days=rules.KEY_DAYS)
    if not at < wanted <= at + timedelta(days=rules.LONGEST_KEY_DAYS):
        message = _("须晚于现在，且不超过 %(days)d 天") % {"days": rules.LONGEST_KEY_DAYS}
        raise InvalidInput(errors=[{"loc": ["expires_at"], "code": "expires_at_out_of_range", "message": message}])
    return wanted
