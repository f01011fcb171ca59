"""How pages write money, instants, days and codes, and the address of another page of a list."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from market.pages.templatetags import pages


def drawn(text, **context):
    return Template("{% load pages %}" + text).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        ("0", "0.00 元", "0.00 yuan"),
        ("9999.994", "9,999.99 元", None),
        ("9999.995", "10,000.00 元", None),
        ("10000", "1.00 万元", None),
        ("-25000", "-2.50 万元", None),
        ("83000000", "8,300.00 万元", None),
        ("100000000", "1.00 亿元", None),
        ("800000000", "8.00 亿元", None),
    ],
)
def test_money_is_said_in_the_unit_that_people_would_say(amount, chinese, english):
    assert drawn("{{ amount|smart_money }}", amount=Decimal(amount)) == chinese
    if english:
        with translation.override("en"):
            assert drawn("{{ amount|smart_money }}", amount=Decimal(amount)) == english


def test_money_that_is_not_known_is_nothing():
    assert [drawn(f"{{{{ amount|{name} }}}}", amount=None) for name in ("yuan", "wan", "yi", "smart_money")] == [""] * 4


def test_an_instant_is_told_in_ruijin_and_a_day_as_it_is():
    at = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)

    assert drawn("{{ at|when }}", at=at) == '<time datetime="2025-12-31T16:30:00+00:00">2026-01-01 00:30</time>'
    assert drawn("{{ on|civil }}", on=date(2026, 3, 2)) == '<time datetime="2026-03-02">2026-03-02</time>'
    assert drawn("{{ none|when }}{{ none|civil }}", none=None) == "——"


@pytest.mark.django_db
def test_a_code_is_its_name_and_itself_where_the_list_does_not_know_it():
    assert drawn('{% label "region" "360781" %}') == "瑞金市"
    assert drawn('{% label "region" "999999" %}') == "999999"
    assert drawn('{% label "region" "" %}{% labels "region" none %}', none=None) == ""


def test_each_form_has_a_key_of_its_own():
    keys = {drawn("{% once %}") for _ in range(3)}

    assert len(keys) == 3
    assert all(key.startswith('<input type="hidden" name="') for key in keys)


def test_another_page_keeps_what_was_asked():
    request = RequestFactory().get("/contracts/", {"state": "signed", "page": "3"})

    assert pages.page_url(Context({"request": request}), 4) == "?state=signed&page=4"
