"""From a session or a key to an `Actor`."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from market.accounts.models import ApiKey, Membership, User
from market.accounts.queries import live_keys, live_memberships, memberships_of
from market.kernel import security_log
from market.kernel.actor import Actor, OrganisationKind, Role

KEY_MARK = "tm_"


def actor_for(user: User, organisation_id: UUID | None = None) -> Actor:
    """The person acting for the named organisation, or for the one joined first, or for nobody."""
    memberships = list(memberships_of(user.id))
    chosen = next((row for row in memberships if row.organisation_id == organisation_id), None)
    return _member(user, chosen or (memberships[0] if memberships else None))


def actors_of(people: Iterable[tuple[UUID, UUID | None]]) -> dict[tuple[UUID, UUID | None], Actor]:
    """Active people acting for an organisation while they are its members, else for nobody; by both ids.

    Two queries, however many they are.
    """
    wanted = set(people)
    users = User.objects.filter(id__in={user_id for user_id, _organisation_id in wanted}, is_active=True).in_bulk()
    live = live_memberships().filter(user__in=users).select_related("organisation")
    memberships: dict[tuple[UUID, UUID | None], Membership] = {(row.user_id, row.organisation_id): row for row in live}
    return {pair: _member(users[pair[0]], memberships.get(pair)) for pair in wanted if pair[0] in users}


def actors_of_keys(ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Actor]:
    """What live keys act as, by the key's id."""
    return {key.id: _machine(key) for key in live_keys(at).filter(id__in=set(ids))}


def actor_for_key(token: str, *, at: datetime) -> Actor | None:
    """The actor of a live API key, or None. The use is noted at most once a minute."""
    prefix, _, secret = token.removeprefix(KEY_MARK).partition("_")
    if not token.startswith(KEY_MARK) or not secret or len(token) > 200:
        return None
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(secret)):
        security_log.note("api_key.used", outcome="unknown")
        return None
    key = live_keys(at).filter(pk=key.pk).first()
    if key is None:
        security_log.note("api_key.used", outcome="ended", prefix=prefix)
        return None
    if key.last_used_at is None or at - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return _machine(key)


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _member(user: User, membership: Membership | None) -> Actor:
    if membership is None:
        return Actor(user_id=user.id, name=str(user))
    organisation = membership.organisation
    return Actor(
        user_id=user.id,
        name=str(user),
        organisation_id=organisation.id,
        organisation_kind=OrganisationKind(organisation.kind),
        organisation_name=organisation.name,
        is_verified=organisation.is_verified,
        roles=frozenset(Role(role) for role in membership.roles),
    )


def _machine(key: ApiKey) -> Actor:
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
