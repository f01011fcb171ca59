"""Who acts: what the value says of itself, and how a secret that must be read again is kept."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.fernet import InvalidToken

from market.kernel import encryption
from market.kernel.actor import ANONYMOUS, SYSTEM, Actor, OrganisationKind, Role

PERSON, HOUSE, KEY = UUID(int=1), UUID(int=2), UUID(int=3)
BROKER = Actor(
    user_id=PERSON,
    organisation_id=HOUSE,
    organisation_kind=OrganisationKind.AGENCY,
    is_verified=True,
    roles=frozenset({Role.BROKER}),
)


@pytest.mark.parametrize(
    ("actor", "principal", "bucket"),
    [
        (BROKER, f"user:{PERSON}:{HOUSE}", f"user:{PERSON}:{HOUSE}"),
        (replace(BROKER, organisation_id=None), f"user:{PERSON}:None", f"user:{PERSON}:None"),
        (replace(BROKER, user_id=None, api_key_id=KEY), f"key:{KEY}", f"keys:{HOUSE}"),
        (SYSTEM, "system", "system"),
        (ANONYMOUS, "anonymous", "anonymous"),
    ],
)
def test_each_asks_in_an_own_name_and_the_keys_of_an_organisation_are_counted_as_one(actor, principal, bucket):
    assert (actor.principal, actor.bucket) == (principal, bucket)


@pytest.mark.parametrize(
    ("actor", "is_in"),
    [(BROKER, True), (replace(BROKER, user_id=None, api_key_id=KEY), True), (ANONYMOUS, False), (SYSTEM, False)],
)
def test_a_person_and_a_key_are_signed_in(actor, is_in):
    assert actor.is_signed_in is is_in


@pytest.mark.parametrize(
    ("change", "is_broker"),
    [
        ({}, True),
        ({"is_verified": False}, False),
        ({"organisation_kind": OrganisationKind.ENTERPRISE}, False),
        ({"roles": frozenset({Role.CLERK})}, False),
    ],
)
def test_a_broker_is_one_of_a_verified_agency(change, is_broker):
    assert replace(BROKER, **change).is_broker is is_broker


@pytest.mark.parametrize("kind", OrganisationKind)
@pytest.mark.parametrize("role", Role)
def test_only_an_operator_of_the_operating_organisation_is_one_and_an_auditor_reads_as_much(kind, role):
    actor = replace(BROKER, organisation_kind=kind, roles=frozenset({role}))

    assert actor.is_operator is (kind == OrganisationKind.OPERATOR and role == Role.OPERATOR)
    assert actor.reads_everything is (actor.is_operator or role == Role.AUDITOR)


def test_any_of_several_roles_is_enough_and_none_of_none_is():
    assert BROKER.has_role(Role.CLERK, Role.BROKER)
    assert not BROKER.has_role(Role.CLERK, Role.MANAGER)
    assert not BROKER.has_role()


def test_who_acts_for_no_organisation_acts_for_none_not_for_what_has_none():
    assert BROKER.acts_for(HOUSE)
    assert not BROKER.acts_for(UUID(int=9))
    assert not ANONYMOUS.acts_for(None)
    assert not SYSTEM.acts_for(HOUSE)


# Secrets


def test_a_secret_is_kept_unreadable_and_read_again_by_its_purpose_alone():
    kept = encryption.encrypt("密钥 s3cret", purpose="webhooks")

    assert "s3cret" not in kept
    assert encryption.encrypt("密钥 s3cret", purpose="webhooks") != kept
    assert encryption.decrypt(kept, purpose="webhooks") == "密钥 s3cret"
    with pytest.raises(InvalidToken):
        encryption.decrypt(kept, purpose="mail")


def test_a_secret_of_an_earlier_key_is_read_while_that_is_a_fallback(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "an earlier key", []
    kept = encryption.encrypt("s3cret", purpose="webhooks")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a later key", ["an earlier key"]
    assert encryption.decrypt(kept, purpose="webhooks") == "s3cret"
    fresh = encryption.encrypt("s3cret", purpose="webhooks")

    settings.SECRET_KEY_FALLBACKS = []
    assert encryption.decrypt(fresh, purpose="webhooks") == "s3cret"
    with pytest.raises(InvalidToken):
        encryption.decrypt(kept, purpose="webhooks")


def test_what_was_kept_before_secrets_were_encrypted_is_read_as_it_is():
    assert encryption.decrypt("s3cret", purpose="webhooks") == "s3cret"


@pytest.mark.parametrize("place", [10, -5])
def test_a_secret_that_was_altered_is_not_read(place):
    kept = list(encryption.encrypt("s3cret", purpose="webhooks"))
    kept[place] = "A" if kept[place] != "A" else "B"

    with pytest.raises(InvalidToken):
        encryption.decrypt("".join(kept), purpose="webhooks")
