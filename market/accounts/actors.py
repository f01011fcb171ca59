"""From a session or a key to an `Actor`."""

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from market.accounts.models import ApiKey, User
from market.accounts.queries import memberships_of
from market.kernel.actor import Actor, OrganisationKind, Role

KEY_MARK = "tm_"


def actor_for(user: User, organisation_id: UUID | None = None) -> Actor:
    """The person acting for the named organisation, or for the one joined first, or for nobody."""
    memberships = list(memberships_of(user.id))
    chosen = next((row for row in memberships if row.organisation_id == organisation_id), None)
    chosen = chosen or (memberships[0] if memberships else None)
    if chosen is None:
        return Actor(user_id=user.id, name=str(user))
    organisation = chosen.organisation
    return Actor(
        user_id=user.id,
        name=str(user),
        organisation_id=organisation.id,
        organisation_kind=OrganisationKind(organisation.kind),
        organisation_name=organisation.name,
        is_verified=organisation.is_verified,
        roles=frozenset(Role(role) for role in chosen.roles),
    )


def actor_for_key(token: str, *, at: datetime) -> Actor | None:
    """The actor of a live API key, or None. The use is noted at most once a minute."""
    prefix, _, secret = token.removeprefix(KEY_MARK).partition("_")
    if not token.startswith(KEY_MARK) or not secret or len(token) > 200:
        return None
    key = (
        ApiKey.objects.select_related("organisation")
        .filter(prefix=prefix, revoked_at__isnull=True)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
        .first()
    )
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(secret)):
        return None
    if key.last_used_at is None or at - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return Actor(
        name=key.name,
        organisation_id=key.organisation_id,
        organisation_kind=OrganisationKind(key.organisation.kind),
        organisation_name=key.organisation.name,
        is_verified=key.organisation.is_verified,
        roles=frozenset(Role(role) for role in key.roles),
        scopes=frozenset(key.scopes),
        api_key_id=key.id,
    )


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
