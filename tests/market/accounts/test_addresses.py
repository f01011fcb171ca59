"""An e-mail address at every door that takes one: one however it was copied, and refused where nobody can have it."""

from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django import forms
from django.core import mail

from market.accounts.models import Invitation, User
from market.kernel.forms import EmailField
from tests.market.accounts.test_sign_in import PASSWORD, account, is_signed_in, sign_in, visitor
from tests.market.config.test_fields import form_classes, is_refused, read_fields

pytestmark = pytest.mark.django_db
NOBODYS = ("x@example.org.", "a..b@example.org", ".x@example.org", 'a"b@example.org', "<x@example.org>", "mıke@x.org")


def by_the_api(cast, api, typed):
    body = {"email": typed, "roles": ["clerk"]}
    return api.as_(cast.university_clerk).send("post", f"/organisations/{cast.university.id}/invitations", body)


def by_the_manager(cast, api, typed):
    return api.as_(cast.university_clerk).post("/organisation/invitations", {"email": typed, "roles": ["clerk"]})


def by_the_operator(cast, api, typed):
    return api.as_(cast.operator).post(f"/organisation/{cast.registry.id}/propose", {"email": typed})


def by_the_owner(cast, api, typed):
    client, user = visitor(), account()
    sign_in(client, user.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client.post("/accounts/email/", {"action_add": "", "email": typed})


def by_a_newcomer(cast, api, typed):
    return visitor().post(
        "/accounts/signup/", {"name": "新人", "email": typed, "password1": PASSWORD, "password2": PASSWORD}
    )


DOORS = [by_the_api, by_the_manager, by_the_operator, by_the_owner, by_a_newcomer]


def kept() -> set[str]:
    """Every address that is kept, but for those of the cast."""
    found = {
        *User.objects.values_list("email", flat=True),
        *EmailAddress.objects.values_list("email", flat=True),
        *Invitation.objects.values_list("email", flat=True),
    }
    return {address for address in found if not address.endswith("@example.com")}


@pytest.mark.parametrize("door", DOORS)
def test_a_copied_address_is_kept_as_the_one_it_is(door, cast, api):
    number = uuid4().hex

    door(cast, api, f"\ufeffMike.{number}@Example.org\u200b ")

    assert kept() == {f"mike.{number}@example.org"}


@pytest.mark.parametrize("door", DOORS)
def test_an_address_that_nobody_has_is_kept_nowhere(door, cast, api):
    answers = [door(cast, api, typed) for typed in NOBODYS]

    assert kept() == set()
    assert {answer.status_code for answer in answers} <= {200, 302, 409, 422}  # pages say it in words
    assert mail.outbox == []


def test_a_copied_address_signs_in_and_is_sent_its_reset(cast):
    client, user = visitor(), account()

    client.post("/accounts/password/reset/", {"email": f" {user.email.upper()}\u200b"})
    sign_in(client, f"\u202d{user.email}\u202c")

    assert is_signed_in(client)
    assert ([told.to for told in mail.outbox], "/password/reset/key/" in mail.outbox[0].body) == ([[user.email]], True)


def test_every_field_for_an_address_is_of_the_type_that_these_doors_have():
    """allauth's own forms pass its adapter, which asks the type."""
    fields = [
        (form, field)
        for form in form_classes()
        for field in getattr(form, "base_fields", {}).values()
        if isinstance(field, forms.EmailField) and form.__module__ != "market.accounts.adapters"
    ]
    operations = [(model, name) for model, name, _kind in read_fields().values() if "email" in name]

    assert {form.__name__ for form, _field in fields} == {"InvitationForm", "ProposalForm"}
    assert [form for form, field in fields if not isinstance(field, EmailField)] == []
    assert [name for model, name in operations if not all(is_refused(model, name, typed) for typed in NOBODYS)] == []
    assert operations
