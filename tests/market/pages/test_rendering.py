"""A page and its fragment, the menu, the places that higher rooms fill, and refusals in words."""

import pytest
from django import forms
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from market.kernel.actor import ANONYMOUS
from market.kernel.forms import Form
from market.kernel.problems import InvalidInput, NotFound
from market.pages import navigation, slots
from market.pages.rendering import _page_above, form_problem, render_page

PAGE, PART = "errors/problem.html", "errors/fragment.html"


@pytest.fixture
def registries(monkeypatch):
    """The menu and the slots, to add to for one test."""
    monkeypatch.setattr(navigation, "_items", dict(navigation._items))
    monkeypatch.setattr(slots, "_fillings", {name: [*found] for name, found in slots._fillings.items()})


def asked(**headers):
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)
    return request


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "is_whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_htmx_gets_the_part_and_everybody_else_the_page(headers, is_whole):
    answer = render_page(asked(**headers), PAGE, fragment=PART, problem=NotFound())

    assert (b"<!doctype html>" in answer.content) is is_whole
    assert answer["Vary"] == "HX-Request"


def test_a_menu_shows_a_reader_the_items_that_are_for_them_in_their_order(registries, cast):
    navigation.register("后", "notices:inbox", visible=lambda actor: actor.is_signed_in, order=1_000_002)
    navigation.register("前", "search:search", visible=lambda actor: True, order=1_000_001)

    assert [item.label for item in navigation.items_for(ANONYMOUS)][-1] == "前"
    assert [item.label for item in navigation.items_for(cast.broker)][-2:] == ["前", "后"]
    assert [item.order for item in navigation.items_for(cast.operator)] == sorted(
        item.order for item in navigation.items_for(cast.operator)
    )


def test_every_item_of_the_menu_leads_somewhere(cast, api):
    client = api.as_(cast.operator)

    assert {item.url: client.get(item.url).status_code for item in navigation.items_for(cast.operator)} == {
        item.url: 200 for item in navigation.items_for(cast.operator)
    }


def test_a_slot_is_filled_once_by_each_and_shown_to_whom_it_is_for(registries, cast):
    for _ in range(2):
        slots.register("tests.slot", url_name="a", title="甲")
        slots.register("tests.slot", url_name="b", title="乙", visible=lambda actor: actor.is_signed_in)

    assert [filling.url_name for filling in slots.fillings("tests.slot", cast.broker)] == ["a", "b"]
    assert [filling.url_name for filling in slots.fillings("tests.slot", ANONYMOUS)] == ["a"]
    assert slots.fillings("tests.nothing", cast.broker) == []


class Rows(Form):
    codes = forms.CharField(required=False)
    amount = forms.CharField(required=False)


def test_a_refusal_stands_beside_its_field_and_at_the_top_where_it_has_none():
    form = Rows({})
    form.is_valid()
    errors = [
        {"loc": ["codes", 0], "message": "不是代码"},
        {"loc": ["body", "amount"], "message": "过大"},
        {"loc": ["elsewhere"], "message": "不符"},
    ]

    form_problem(form, InvalidInput(errors=errors))

    assert form.errors == {"codes": ["不是代码"], "amount": ["过大"], "__all__": ["不符"]}
    other = Rows({})
    other.is_valid()
    form_problem(other, NotFound())
    assert other.non_field_errors() == [NotFound().words]


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/contracts/01a23014-093b-763f-9871-db08415a92fa/sign", "/contracts/01a23014-093b-763f-9871-db08415a92fa/"),
        ("/contracts/nothing/at/all", "/contracts/"),
        ("/nowhere/at/all", "/"),
    ],
)
def test_a_buttons_address_leads_to_the_nearest_page_above(path, above):
    assert _page_above(path) == above


@pytest.mark.django_db
def test_what_is_not_there_is_told_to_people_as_a_page_and_to_programs_as_a_problem(api):
    person, program = api.get("/contracts/nothing/"), api.send("get", "/contracts/nothing")

    assert (person.status_code, program.status_code) == (404, 404)
    assert b"<!doctype html>" in person.content
    assert program["Content-Type"] == "application/problem+json"
