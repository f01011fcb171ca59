"""The portal's own pages: the first one, and the switches of language and of the plain large form."""

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import translation

from market.accounts.models import User
from market.pages.context import CARE_COOKIE


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request leaves its language to the thread, which goes on to other tests."""
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize("name", ["pages:home", "pages:accessibility"])
def test_a_page_for_everybody_names_the_market_and_is_only_read(api, name):
    address = reverse(name)

    assert django_settings.MARKET_NAME in api.get(address).content.decode()
    assert api.head(address).status_code == 200
    assert api.post(address).status_code == 405


# The plain large form


def test_the_plain_form_is_turned_on_and_off_and_the_reader_stays_where_it_was(api):
    address = reverse("pages:care")

    first = api.post(address, {"next": "/demands/?page=2"})
    assert (first.status_code, first.url, first.cookies[CARE_COOKIE].value) == (302, "/demands/?page=2", "1")
    assert first.cookies[CARE_COOKIE]["httponly"]
    assert api.get("/").context["is_care"]

    second = api.post(address, {"next": "/demands/"})
    assert second.cookies[CARE_COOKIE].value == ""
    assert not api.get("/").context["is_care"]


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
def test_a_switch_sends_nobody_elsewhere(api, target):
    assert api.post(reverse("pages:care"), {"next": target}).url == "/"


# The language


def test_a_language_is_remembered_by_the_browser_and_for_a_persons_notices(cast, api):
    client = api.as_(cast.broker)

    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    assert User.objects.get(pk=cast.broker.user_id).language == "en"
    assert '<html lang="en"' in client.get("/").content.decode()


def test_a_language_that_there_is_not_is_not_kept(cast, api):
    before = User.objects.get(pk=cast.broker.user_id).language
    client = api.as_(cast.broker)

    client.post(reverse("set_language"), {"language": "tlh", "next": "/"})

    assert User.objects.get(pk=cast.broker.user_id).language == before


def test_who_is_not_signed_in_switches_the_page_alone(db, api):
    before = list(User.objects.values_list("pk", "language"))

    api.post(reverse("set_language"), {"language": "en", "next": "/"})

    assert '<html lang="en"' in api.get("/").content.decode()
    assert list(User.objects.values_list("pk", "language")) == before
