"""The search page and its neighbours: shortcuts, suggestions, relaxations, chips; with and without JavaScript."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from market.kernel.actor import ANONYMOUS
from search.find import relaxing, services, suggesting
from search.find.query import parse
from search.index import maintenance
from tests import story
from tests.cast import credit_code
from tests.search.conftest import documents

COPPER = "高导电铜合金接触线的制备工艺"
PATENT = {"application_no": "201610305678.X", "title": COPPER, "applicant": "示例大学"}


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_patent_number_leads_straight_to_its_listing(shelf, client):
    row = shelf.achievement(COPPER, ip_type="invention_patent", patents=[PATENT])
    hidden = {"application_no": "201610305679.4", "title": "x", "applicant": "示例大学"}
    shelf.achievement("未公开", ip_type="invention_patent", patents=[hidden], disclosure="organisation")

    assert client.get("/search", {"q": "ZL 2016 1 0305678.X"})["Location"] == f"/achievements/{row.id}/"
    assert client.get("/search", {"q": "201610305679.4"}).status_code == 200  # hidden is as if it were not


def test_a_credit_code_leads_to_its_organisation(shelf, client, cast):
    code = cast.university.credit_code or credit_code(1)

    answer = client.get("/search", {"q": code.lower()})

    assert answer["Location"] == f"/organisations/{cast.university.id}/"
    shelf.achievement(COPPER)
    shelf.achievement("内部成果", disclosure="organisation")
    content = page(client, answer["Location"])
    assert COPPER in content
    assert "内部成果" not in content


def test_an_anonymous_demand_stays_off_its_owners_page(shelf, client, cast):
    shelf.demand("公开署名的铜合金需求")
    shelf.demand("匿名的铜合金需求", is_anonymous=True)
    address = f"/organisations/{cast.enterprise.id}/"

    assert "匿名的铜合金需求" not in page(client, address)
    assert "公开署名的铜合金需求" in page(client, address)
    client.force_login(_user(cast.enterprise_clerk))
    assert "匿名的铜合金需求" in page(client, address)


def _user(actor):
    from market.accounts.models import User

    return User.objects.get(pk=actor.user_id)


def test_a_registration_number_leads_only_those_who_may_read_it(cast, client):
    told = story.registered(cast)
    address = f"/registrations/{told.registration.id}/"
    number = {"q": told.registration.registration_no}

    assert client.get("/search", number).status_code == 200
    client.force_login(_user(cast.registrar))
    assert client.get("/search", number)["Location"] == address


def test_what_is_ticked_stands_as_chips_that_lead_back(shelf, client):
    shelf.achievement(COPPER, maturity="pilot", region="360781")
    shelf.settle()

    content = page(client, "/search?q=铜合金&maturity=pilot&region=360000")
    chips = re.findall(r'<a class="chip" href="([^"]+)">([^<]+)', content)

    without = {words.strip(): parse_qs(urlsplit(url.replace("&amp;", "&")).query) for url, words in chips}
    assert without == {
        "地区：江西省": {"q": ["铜合金"], "maturity": ["pilot"]},
        "成熟度：通过中试": {"q": ["铜合金"], "region": ["360000"]},
    }
    assert 'class="depth-1"><input type="checkbox" name="region" value="360700"' in content


@pytest.mark.parametrize("engine", ["elasticsearch", "postgresql"])
def test_nothing_found_offers_the_nearest_that_finds_something(shelf, client, settings, engine):
    shelf.achievement(COPPER, maturity="pilot")
    shelf.settle()
    if engine == "postgresql":
        settings.ELASTICSEARCH_URL = ""

    def offers(typed, **ticked):
        return relaxing.relaxations(actor=ANONYMOUS, query=parse(typed, facets=ticked))

    nearest = offers("铜合金 泵", maturity=["pilot"])[0]
    assert (nearest.left_out, nearest.total) == ("去掉“泵”", 1)
    two_in_the_way = offers("铜合金 泵", maturity=["sample"])
    assert [(offer.left_out, offer.total) for offer in two_in_the_way] == [("改搜“铜合金”", 1)]
    ticked = offers("铜合金", maturity=["sample"])[0]
    assert (ticked.left_out, ticked.total) == ("去掉筛选“成熟度”", 1)
    assert services.find(actor=ANONYMOUS, query=ticked.query).total == 1
    assert "去掉“泵”" in page(client, "/search?q=铜合金 泵")


@pytest.mark.parametrize("engine", ["elasticsearch", "postgresql"])
@pytest.mark.parametrize("typed", ["铜", "铜合", "高导电铜"])
def test_titles_are_suggested_as_one_types(shelf, settings, engine, typed):
    shelf.achievement(COPPER)
    shelf.achievement("铜合金内部工艺", disclosure="organisation")
    shelf.settle()
    if engine == "postgresql":
        settings.ELASTICSEARCH_URL = ""

    offers = suggesting.suggestions(actor=ANONYMOUS, typed=typed)

    assert [offer.words for offer in offers if offer.sort == "title"] == [COPPER]


def test_an_unfinished_latin_word_suggests(shelf):
    shelf.achievement("LiFePO4 正极材料")
    shelf.settle()

    assert [offer.words for offer in suggesting.suggestions(actor=ANONYMOUS, typed="lifep")] == ["LiFePO4 正极材料"]


def test_fields_and_verified_organisations_are_suggested(shelf, client, cast):
    offers = suggesting.suggestions(actor=ANONYMOUS, typed="示例大学")
    fields = suggesting.suggestions(actor=ANONYMOUS, typed="绿色食品")

    assert [(offer.sort, offer.words) for offer in offers] == [("organisation", "示例大学")]
    assert ("field", "绿色食品", "/search?local_industry=green_food") in [(o.sort, o.words, o.url) for o in fields]
    assert "示例大学" in page(client, "/search/suggest?q=示例大学")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "a",
        "铜" * 2000,
        "铜" * 200_000,
        "\x00\x07",
        "\u202e铜",
        '"未闭合',
        '"""',
        "，。！",
        "😀",
        "铜 -",
        "%00",
        "' OR 1=1",
    ],
    ids=lambda query: query[:6].encode("unicode_escape").decode() + f"·{len(query)}",
)
def test_any_query_has_an_answer(shelf, client, query):
    shelf.achievement(COPPER)
    shelf.settle()

    assert client.get("/search", {"q": query}).status_code in {200, 414, 422}
    assert client.get("/api/v1/search", {"q": query}).status_code in {200, 414, 422}
    assert client.get("/search/suggest", {"q": query}).status_code in {200, 414, 422}
    assert "铜合金" in str(documents())


@pytest.mark.parametrize("cursor", ["x", "e30", "\u202e", "A" * 5000, "WyJlIiwgIlsxXSJd.forged"])
def test_a_cursor_that_is_not_ours_is_refused_or_begins_anew(shelf, client, cursor):
    shelf.achievement(COPPER)
    shelf.settle()

    answer = client.get("/api/v1/search", {"q": "铜", "cursor": cursor})

    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"invalid_cursor", "invalid_input"}
    assert client.get("/search", {"q": "铜", "cursor": cursor}).status_code == 200


def test_the_back_button_gets_a_whole_page_and_a_tick_only_its_part(shelf, client):
    """The browser keeps no copy of a page, so what it asks for on the way back must be whole."""
    shelf.achievement(COPPER)
    shelf.settle()

    part = client.get("/search?q=铜合金", headers={"HX-Request": "true"})
    back = client.get("/search?q=铜合金", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" not in part.content.decode()
    assert "<html" in back.content.decode()
    assert 'hx-history="false"' in back.content.decode()


def test_a_cursor_survives_a_rebuild(shelf):
    for number in range(6):
        shelf.achievement(f"铜合金导线第{number}号")
    shelf.settle()
    first = services.find(actor=ANONYMOUS, query=parse("铜合金导线"), size=3)
    maintenance.rebuild()

    second = services.find(actor=ANONYMOUS, query=parse("铜合金导线"), cursor=first.next, size=3)

    assert len({hit.id for hit in (*first.items, *second.items)}) == 6
