"""What people type finds what they mean, by Elasticsearch and by PostgreSQL alike."""

from datetime import timedelta

import pytest

from market.accounts.models import Organisation
from market.kernel.actor import ANONYMOUS
from market.kernel.problems import Problem
from search.find import services, suggesting
from search.find.query import parse
from search.index import engine, maintenance
from search.index.documents import projection
from search.index.mapping import ANALYSIS, mapping
from search.index.models import SearchDocument
from search.saved import alerts, matching
from search.saved import services as saved
from search.saved.matching import Reading, Wanted, meets
from tests.cast import MONDAY

LISTINGS = (
    "-40℃低温锂电池",
    "γ-Al2O3载体",
    "α-Al2O3耐火材料",
    "10 kV 高压绝缘电缆",
    "额定电压10kV的绝缘电缆",
    "纯度99.9 %的氧化铝",
    "年产1,000吨阴极铜生产线",
    "年产1000吨阴极铜生产线",
    "C++工业控制软件",
    "C语言教学软件",
    "真空度10³帕的腔体",
    "编号103的腔体",
    "镀层附著力檢測",
    "镀层附着力检测方法",
    "⻋用线束检测台",
    "二〇二五年规划装置",
    "𱖎字识别系统",
    "カメラ模组",
)
# By case of the public reports, where it is one: what is typed, and what is found.
TYPED = {
    "-40℃低温锂电池": {"-40℃低温锂电池"},  # G1
    "-40 °C": {"-40℃低温锂电池"},
    "β": set(),  # G3: understood, and nowhere
    "γ": {"γ-Al2O3载体"},
    "〇": {"二〇二五年规划装置"},  # G4
    "γ-Al2O3": {"γ-Al2O3载体"},  # G7
    "Al2O3": {"γ-Al2O3载体", "α-Al2O3耐火材料"},
    "10kV": {"10 kV 高压绝缘电缆", "额定电压10kV的绝缘电缆"},  # G8
    "10 KV": {"10 kV 高压绝缘电缆", "额定电压10kV的绝缘电缆"},
    "99.9%": {"纯度99.9 %的氧化铝"},  # G9
    "1000吨": {"年产1,000吨阴极铜生产线", "年产1000吨阴极铜生产线"},  # G10
    "C++": {"C++工业控制软件"},  # G11
    "C语言": {"C语言教学软件"},
    "附着力": {"镀层附著力檢測", "镀层附着力检测方法"},  # G12
    "附著力": {"镀层附著力檢測", "镀层附着力检测方法"},
    "车用线束": {"⻋用线束检测台"},  # G13
    "𱖎": {"𱖎字识别系统"},  # G14
    "二〇二五": {"二〇二五年规划装置"},  # G15
    "103": {"编号103的腔体"},  # G16
    "10³": {"真空度10³帕的腔体"},
    "カメラ": {"カメラ模组"},
    "铜": {"年产1,000吨阴极铜生产线", "年产1000吨阴极铜生产线"},
    "电缆 10kV": {"10 kV 高压绝缘电缆", "额定电压10kV的绝缘电缆"},
    "电缆 -高压": {"额定电压10kV的绝缘电缆"},
    '电缆 -"10kV 高压"': {"额定电压10kV的绝缘电缆"},
    "锂电池 -40℃": {"-40℃低温锂电池"},
    "低温-锂电池": {"-40℃低温锂电池"},
}


def strict(query, actor=ANONYMOUS, **options):
    found = services.find(actor=actor, query=parse(query, **options), size=50)
    return {hit.title for hit in found.items}


def test_each_of_these_finds_its_listings_and_no_others(shelf, engines):
    for title in LISTINGS:
        shelf.achievement(title, summary="", keywords=[])
    shelf.settle()
    engines()

    seen = {typed: strict(typed) for typed in TYPED}

    assert seen == TYPED


def test_an_alert_meets_what_the_search_finds(shelf):
    rows = {title: shelf.achievement(title, summary="", keywords=[]) for title in LISTINGS}
    source = projection("achievement")
    readings = {title: Reading(source.load([row.id])[row.id]) for title, row in rows.items()}

    for typed, found in TYPED.items():
        wanted = Wanted(parse(typed))
        met = {title for title, reading in readings.items() if meets(wanted, reading, at=MONDAY)}
        assert met == found, typed
        assert all(readings[title].keys & set(matching.anchors(parse(typed))) for title in found), typed


PATENT = {
    "application_no": "201610305678.X",
    "publication_no": "CN105914678B",
    "title": "铜合金接触线",
    "applicant": "江西示例铜业股份有限公司",
    "patentee": "江西示例铜业股份有限公司",
}


@pytest.mark.parametrize(
    "typed",
    [
        *("H01", "H01B", "h01b 7/02", "H01B7/02", "H01B 7/00", "H01B 7/02 接触线", "7/02 接触线"),
        *("CN105914678B", "CN 105914678 B", "CN105914678", "105914678", "105914678B"),
        *("201610305678.X", "201610305678", "ZL201610305678X", "ZL 201610305678", "CN201610305678"),
        *("江西示例铜业股份有限公司", "示例铜业 接触线", '"示例铜业"', "李示例", "江西理工示例学院"),
    ],
)
def test_a_listing_is_found_by_its_codes_numbers_and_names(shelf, typed):
    row = shelf.achievement(
        "铜合金接触线的制备",
        ipc_codes=["H01B 7/02"],
        ip_type="invention_patent",
        patents=[PATENT],
        contributors=["李示例"],
        completed_by="江西理工示例学院",
    )
    document = projection("achievement").load([row.id])[row.id]

    assert meets(Wanted(parse(typed)), Reading(document), at=MONDAY)


def test_names_codes_and_incomplete_numbers_are_found_by_both_engines(shelf, cast, api, engines):
    row = shelf.achievement("铜合金接触线的制备", ipc_codes=["H01B 7/02"], ip_type="invention_patent", patents=[PATENT])
    shelf.achievement("脐橙保鲜", ipc_codes=["A23B 7/00"])
    shelf.settle()
    engines()
    owner = Organisation.objects.get(pk=cast.university_clerk.organisation_id).name

    for typed in ("H01B", "H01B 7/00", "CN105914678", "201610305678", "示例铜业 接触线", '"江西示例铜业"'):
        assert strict(typed) == {row.title}, typed
    assert strict(owner) == {row.title, "脐橙保鲜"}
    assert api.send("get", "/search?q=105914678").json()["direct"].endswith(f"{row.id}/")
    assert api.send("get", "/search?q=ZL201610305678").json()["direct"].endswith(f"{row.id}/")


def test_nobody_finds_an_anonymous_demand_by_its_owner(shelf, cast, engines):
    owner = Organisation.objects.get(pk=cast.enterprise_clerk.organisation_id).name
    shelf.demand("求购铜箔表面处理工艺", is_anonymous=True)
    shelf.demand("求购铜杆连铸工艺")
    shelf.settle()
    engines()

    for reader in (ANONYMOUS, cast.university_clerk, cast.operator):
        assert strict(owner, reader) == strict(f'"{owner}"', reader) == {"求购铜杆连铸工艺"}
    assert strict("铜箔") == {"求购铜箔表面处理工艺"}


@pytest.mark.parametrize("typed", ["？！", "😀", "-", "---", '"。"', "……"])
def test_a_query_without_a_word_finds_nothing_and_says_so(shelf, cast, api, client, engines, typed):
    shelf.achievement("铜合金接触线")
    shelf.settle()
    engines()

    answer = api.send("get", f"/search?q={typed}").json()
    page = client.get("/search", {"q": typed}).content.decode()

    assert (answer["items"], answer["total"], answer["understood"]) == ([], 0, False)
    assert api.send("get", "/search?q=铜").json()["understood"] is True
    assert "查询中没有可以搜索的文字" in page
    with pytest.raises(Problem) as refused:
        saved.save_search(actor=cast.other_clerk, name="符号", query=parse(typed), cadence="none", at=MONDAY)
    assert refused.value.code == "query_not_understood"


def test_a_search_of_signs_that_was_saved_before_tells_of_nothing(shelf, cast):
    search = saved.save_search(actor=cast.other_clerk, name="铜", query=parse("铜"), cadence="none", at=MONDAY)
    search.query["typed"], search.rules = "？！", "earlier"
    search.save()
    row = shelf.achievement("铜合金接触线")
    document = projection("achievement").load([row.id])[row.id]

    assert alerts.announce([document], at=MONDAY + timedelta(hours=1)) == 0
    assert search.anchors.count() == 0


@pytest.mark.parametrize(
    ("typed", "words", "excluded"),
    [
        ("-铜", "-铜", ()),
        ("电缆 -铜", "电缆", ("铜",)),
        ("-铜 电缆", "-铜 电缆", ()),
        ("电缆-铜", "电缆-铜", ()),
        ("电缆 -40℃", "电缆 -40℃", ()),
        ("电缆 -.5", "电缆 -.5", ()),
        ('电缆 -"10 kV"', "电缆", ("10 kV",)),
    ],
)
def test_a_minus_excludes_only_where_it_is_meant(typed, words, excluded):
    query = parse(typed)

    assert (query.words, query.excluded) == (words, excluded)
    assert (parse(query.wording).words, parse(query.wording).excluded) == (words, excluded)


def test_a_cursor_belongs_to_its_query(shelf, api, client, engines):
    for number in range(3):
        shelf.achievement(f"铜合金导线第{number}号")
    shelf.settle()
    engines()
    cursor = api.send("get", "/search?q=&limit=1").json()["next"]

    refused = api.send("get", f"/search?q=铜&limit=1&cursor={cursor}")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")
    assert client.get("/search", {"q": "铜", "cursor": cursor}).status_code == 200
    assert api.send("get", f"/search?q=&limit=1&cursor={cursor}").status_code == 200


@pytest.mark.parametrize("typed", ["瑞金铜箔(集团)", "瑞金铜箔（集团）", "瑞金銅箔", "有限公司ABC", "瑞金铜箔集团"])
def test_an_organisation_is_suggested_however_its_name_is_written(cast, typed):
    pk = cast.enterprise_clerk.organisation_id
    Organisation.objects.filter(pk=pk).update(name="瑞金铜箔（集团）有限公司ＡＢＣ", verified_at=MONDAY)

    offers = suggesting.suggestions(actor=cast.operator, typed=typed)

    assert "瑞金铜箔（集团）有限公司ＡＢＣ" in [offer.words for offer in offers if offer.sort == "organisation"]


@pytest.mark.parametrize("typed", ["铜箔(集团)", "铜箔（集团）", "銅箔", "铜箔 集", "铜"])
def test_a_title_is_suggested_however_it_is_written(shelf, engines, typed):
    shelf.achievement("铜箔（集团）生产线")
    shelf.settle()
    engines()

    offers = suggesting.suggestions(actor=ANONYMOUS, typed=typed)

    assert [offer.words for offer in offers if offer.sort == "title"] == ["铜箔（集团）生产线"]


def test_what_an_earlier_release_analysed_is_made_anew_by_itself(shelf):
    shelf.achievement("铜合金接触线")
    shelf.settle()
    assert maintenance.renew() == []

    engine.drop_all()
    earlier = f"{engine.alias()}-00000000-20250101000000"
    engine.ask(lambda es: es.indices.create(index=earlier, mappings=mapping().to_dict(), aliases={engine.alias(): {}}))
    SearchDocument.objects.update(analysis=ANALYSIS - 1, tokens="")
    assert strict("铜合金") == set()

    assert maintenance.renew() == ["fallback", "index"]
    assert strict("铜合金") == {"铜合金接触线"}
    assert SearchDocument.objects.get().analysis == ANALYSIS
    assert maintenance.renew() == []
