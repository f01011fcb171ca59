"""What comes close fills the screen where a query finds less: marked, uncounted, and only for those who may see it."""

import pytest

from market.kernel.actor import ANONYMOUS
from search.find import services
from search.find.query import parse
from search.index import encoder, encoding
from search.index.documents import projection
from search.saved import matching
from search.saved.matching import Reading, Wanted
from tests.cast import MONDAY
from tests.running import run_outbox
from tests.search.conftest import refresh

NAVEL = "脐橙采后商品化保鲜处理技术"
DOWN = "羽绒面料防钻绒整理工艺"
ROD = "铜杆连铸连轧生产线"
CABLE = "阻燃电缆护套料"
CLOTHES = "服装裁剪机"
MARKET = (NAVEL, DOWN, ROD, CABLE, CLOTHES)


@pytest.fixture
def market(shelf, engines):
    rows = {title: shelf.achievement(title, summary="", keywords=[], maturity="pilot") for title in MARKET}
    shelf.settle()
    engines()
    return rows


def found(typed, actor=ANONYMOUS, **options):
    size = options.pop("size", 20)
    answer = services.find(actor=actor, query=parse(typed, **options), size=size)
    return [hit.title for hit in answer.items], [hit.title for hit in answer.wider], answer


@pytest.mark.parametrize(
    ("typed", "first"),
    [("脐橙保鲜技术", NAVEL), ("铜材", ROD), ("怎么给羽绒服防钻绒", DOWN), ("防火 电线电缆 机器", CABLE)],
)
def test_a_wording_of_which_only_parts_are_there_finds_what_comes_close(market, typed, first):
    strict, close, answer = found(typed)

    assert (strict, answer.total, answer.next) == ([], 0, None)
    assert close[0] == first
    assert all(hit.wider for hit in answer.wider)


@pytest.mark.skipif(not encoder.is_available(), reason="no model on this machine")
def test_what_means_the_same_comes_close_though_no_word_is_shared(market, settings):
    encoder.load()
    encoding.encode({("achievement", row.id): row.version for row in market.values()}, at=MONDAY)
    if settings.ELASTICSEARCH_URL:
        run_outbox()
        refresh()

    _strict, close, _answer = found("缝制衣裳用的剪切设备")

    assert close[0] == CLOTHES


def test_what_comes_close_stands_behind_what_was_found_and_is_in_no_count(market, api, client):
    strict, close, answer = found("保鲜处理")
    items = api.send("get", "/search?q=保鲜处理").json()

    assert strict == [NAVEL]
    assert NAVEL not in close
    assert answer.total == items["total"] == 1
    assert [item["wider"] for item in items["items"]] == [False] + [True] * len(close)
    assert all(bucket.count <= 1 for buckets in answer.facets.values() for bucket in buckets)
    page = client.get("/search", {"q": "脐橙保鲜技术"}).content.decode()
    assert page.index("没有找到符合全部条件") < page.index("<h2>相近的结果") < page.index("<mark>脐橙</mark>")


def test_ticked_facets_phrases_and_exclusions_hold_for_what_comes_close(market):
    assert found("脐橙保鲜技术", facets={"maturity": ["mass_production"]})[1] == []
    assert found('脐橙保鲜技术 "电缆"')[1] == []
    assert NAVEL not in found("脐橙保鲜技术 -商品化")[1]
    assert found("脐橙保鲜技术", kind="demand")[1] == []


@pytest.mark.parametrize("disclosure", ["signed_in", "verified", "organisation"])
def test_nobody_is_shown_what_they_may_not_see_because_it_comes_close(shelf, cast, engines, disclosure):
    shelf.achievement(NAVEL, disclosure=disclosure)
    draft = shelf.achievement("脐橙保鲜草稿", is_published=False)
    shelf.settle()
    engines()

    assert found("脐橙保鲜技术", ANONYMOUS)[1] == []
    assert found("脐橙保鲜技术", cast.university_clerk)[1] == [NAVEL]
    assert draft.title not in found("脐橙保鲜技术", cast.operator)[1]


@pytest.mark.parametrize("typed", ["", "？！", '"脐橙保鲜技术"', "CN999999999U", "201610305678.X", "999999"])
def test_nothing_comes_close_to_no_words_to_a_phrase_or_to_a_number(market, typed):
    assert found(typed)[1] == []


def test_a_full_screen_and_later_pages_are_the_querys_own(market, shelf, engines):
    assert found("铜", size=1)[:2] == ([ROD], [])
    first = found("技术", size=1)
    assert first[1] == []


def test_no_alert_tells_of_what_only_comes_close(market):
    documents = projection("achievement").load([row.id for row in market.values()])
    wanted = Wanted(parse("脐橙保鲜技术"))

    assert not any(matching.meets(wanted, Reading(document), at=MONDAY) for document in documents.values())
