"""Finding: the same answers by Elasticsearch and by PostgreSQL, and only what the reader may see."""

from dataclasses import replace

import pytest

from market.kernel.actor import ANONYMOUS
from search.find import services
from search.find.query import parse
from search.find.schemas import HitOut, SearchOut
from search.index import engine
from tests.search.conftest import documents

COPPER = "高导电铜合金接触线的制备工艺"
CABLE = "10kV 阻燃电缆护套料"
NAVEL = "脐橙皮渣提取果胶"


@pytest.fixture
def three(shelf, engines):
    for title, changes in (
        (COPPER, {"maturity": "pilot"}),
        (CABLE, {"maturity": "mass_production"}),
        (NAVEL, {"maturity": "pilot", "local_industry": "green_food"}),
    ):
        shelf.achievement(title, summary=f"{title}。", **changes)
    shelf.settle()
    engines()
    return shelf


def titles(query, actor=ANONYMOUS, **options):
    return [hit.title for hit in services.find(actor=actor, query=parse(query, **options)).items]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("铜合金接触线", [COPPER]),
        ("銅合金接觸線", [COPPER]),
        ("10KV 电缆", [CABLE]),
        ('"阻燃电缆"', [CABLE]),
        ('"电缆阻燃"', []),
        ("制备工艺 -铜合金", []),
        ("果胶", [NAVEL]),
        ("海洋钻井平台", []),
    ],
)
def test_words_phrases_and_exclusions(three, query, found):
    assert titles(query) == found


@pytest.mark.parametrize("query", ["", "   ", "\u200b", "\u202e"])
def test_a_query_without_words_browses(three, query):
    assert sorted(titles(query)) == sorted([COPPER, CABLE, NAVEL])


def test_ticked_codes_are_alternatives_within_a_facet_and_narrow_across(three):
    assert sorted(titles("", facets={"maturity": ["pilot", "mass_production"]})) == sorted([COPPER, CABLE, NAVEL])
    assert titles("", facets={"maturity": ["pilot"], "local_industry": ["green_food"]}) == [NAVEL]


def test_the_answer_says_which_engine_gave_it(three, settings):
    answer = services.find(actor=ANONYMOUS, query=parse("铜合金"))

    assert answer.is_degraded is (settings.ELASTICSEARCH_URL == "")


def test_a_patent_number_leads_straight_to_its_listing(shelf, engines):
    patent = {"application_no": "201610305678.X", "title": COPPER, "applicant": "示例大学"}
    shelf.achievement(COPPER, ip_type="invention_patent", patents=[patent])
    shelf.achievement(CABLE)
    shelf.settle()
    engines()

    assert titles("201610305678.X") == titles("ZL 2016 1 0305678.X") == titles("201610305678x") == [COPPER]


@pytest.mark.parametrize("disclosure", ["public", "signed_in", "verified", "organisation"])
def test_only_whom_it_is_shown_to_finds_it(shelf, cast, engines, disclosure):
    shelf.achievement(COPPER, disclosure=disclosure)
    shelf.settle()
    engines()
    readers = {
        "stranger": ANONYMOUS,
        "other": cast.enterprise_clerk,
        "owner": cast.university_clerk,
        "operator": cast.operator,
    }
    finds = {name for name, actor in readers.items() if titles("铜合金", actor)}

    hidden_from = {"public": set(), "signed_in": {"stranger"}, "verified": {"stranger"}}
    assert finds == readers.keys() - hidden_from.get(disclosure, {"stranger", "other"})


@pytest.mark.parametrize(
    ("scopes", "found"),
    [
        (None, {"achievement", "demand"}),
        ({"achievements:read", "demands:read"}, {"achievement", "demand"}),
        ({"demands:read"}, {"demand"}),
        ({"jobs:read"}, set()),
    ],
)
def test_a_key_finds_only_what_its_scopes_name(shelf, cast, engines, scopes, found):
    shelf.achievement("铜合金接触线")
    shelf.demand("铜合金接触线强度不足")
    shelf.settle()
    engines()
    reader = replace(cast.other_clerk, scopes=None if scopes is None else frozenset(scopes))

    hits = services.find(actor=reader, query=parse("铜合金")).items

    assert {hit.kind for hit in hits} == found


def test_a_draft_and_what_was_withdrawn_are_found_by_nobody(shelf, cast, engines):
    shelf.achievement(COPPER, is_published=False)
    gone = shelf.achievement(CABLE)
    shelf.settle()
    shelf.withdraw(gone)
    shelf.settle()
    engines()

    assert titles("", cast.university_clerk) == titles("", cast.operator) == []


def test_pages_follow_one_another_without_gap_or_double(shelf, engines):
    names = [f"铜合金导线第{number}号" for number in range(7)]
    for name in names:
        shelf.achievement(name)
    shelf.settle()
    engines()
    seen, cursor = [], ""
    while True:
        page = services.find(actor=ANONYMOUS, query=parse("铜合金导线"), cursor=cursor, size=3)
        seen += [hit.title for hit in page.items]
        assert page.total == 7
        if not page.next:
            break
        cursor = page.next

    assert sorted(seen) == sorted(names)


def test_a_highlight_is_cut_from_the_original_and_escaped(shelf, engines):
    shelf.achievement("<b>銅合金</b>接触线")
    shelf.settle()
    engines()

    hit = services.find(actor=ANONYMOUS, query=parse("铜合金")).items[0]

    assert hit.title_html == "&lt;b&gt;<mark>銅合金</mark>&lt;/b&gt;接触线"


def test_the_index_holds_no_contact(shelf):
    """What a search cannot give away is what the index never had."""
    shelf.achievement(COPPER, contact_name="张某联系人", contact_phone="13800000000")
    shelf.settle()

    held = str(documents())
    assert "铜合金" in held
    assert "张某联系人" not in held
    assert "13800000000" not in held


def test_a_cursor_of_the_other_engine_starts_anew(three, settings):
    page = services.find(actor=ANONYMOUS, query=parse(""), size=1)
    settings.ELASTICSEARCH_URL = "" if settings.ELASTICSEARCH_URL else settings.ELASTICSEARCH_URL
    engine.breaker.reset()

    again = services.find(actor=ANONYMOUS, query=parse(""), cursor=page.next, size=3)

    assert len(again.items) >= 2


def test_the_answer_is_as_documented(shelf, api, engines):
    """It is written without being checked against its schema."""
    shelf.achievement("铜合金导线", price="1000.00")
    shelf.settle()
    engines()

    answer = api.send("get", "/search?q=铜合金")

    assert SearchOut.model_validate(answer.json()).total == 1
    assert answer.json().keys() == SearchOut.model_fields.keys()
    assert answer.json()["items"][0].keys() == HitOut.model_fields.keys()
