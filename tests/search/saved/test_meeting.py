"""What meets a saved search is what the search finds: one rule, asked of one document or of an index."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.kernel.actor import ANONYMOUS
from search.analysis import minimum_match, text
from search.find import services
from search.find.query import parse
from search.index import documents
from search.index.documents import Document
from search.saved import matching
from search.saved.matching import Reading, Wanted
from tests.running import run_outbox
from tests.search.conftest import refresh

TITLES = [
    ("高导电铜合金接触线的制备工艺", "通过控制凝固组织，获得导电率与抗拉强度兼顾的铜合金。"),
    ("銅合金導線", "繁體的成果，用於 10kV 電纜。"),
    ("10kV 阻燃电缆护套料", "低烟无卤，阻燃等级 V-0。"),
    ("电 缆阻燃", "词语断开书写的标题。"),
    ("锂离子电池正极材料 LiFePO4", "磷酸铁锂，循环 2000 次。"),
    ("动力锂电池的回收", "从废旧电池中回收钴、镍。"),
    ("无人机巡检系统", "UAV 用于输电线路巡检。"),
    ("脐橙皮渣提取果胶", "果胶得率 ≥99.9%，脐橙加工。"),
    ("铜 铁", "各只有一个字的标题。"),
    ("AI算法与5G", "人工智能算法 AI，5G 网络。"),
    ("稀土永磁材料的制备工艺及其在电机中的应用研究", "稀土永磁材料，钕铁硼。"),
    ("制备工艺", "工艺制备，艺工备制。"),
]
QUERIES = [
    "",
    "铜合金",
    "銅合金",
    "铜",
    "铜合",
    "铜合金接触线",
    "铜合金接触网的维护方法",
    "电缆",
    "10KV 电缆",
    "10kv",
    "阻燃 电缆",
    '"阻燃电缆"',
    '"电缆阻燃"',
    '"电 缆"',
    '"铜"',
    "制备工艺 -铜合金",
    "-铜合金",
    '-"制备工艺"',
    "-阻燃 电缆",
    "锂电池",
    "锂离子电池",
    "UAV",
    "无人机 巡检",
    "AI算法",
    "5G",
    "≥99.9%",
    "制备工艺制备工艺",
    "稀土永磁材料的制备工艺及其在电机中的应用研究",
    "稀土永磁材料的回收工艺及其在汽车中的循环利用研究",
    "ZL 2016 1 0305678.X",
    "201610305678x",
    "201610305679",
    '"阻燃" 电缆 -V-0',
    '"未闭合 电缆',
    "？！",
    "😀",
    "海洋钻井平台",
]
FACETS = [
    {},
    {"kind": "achievement"},
    {"kind": "demand"},
    {"facets": {"maturity": ["pilot"]}},
    {"facets": {"maturity": ["pilot", "mass_production"], "price_band": ["under_1m"]}},
    {"facets": {"region": ["360000"]}},
    {"facets": {"freshness": ["week"]}},
    {"facets": {"freshness": ["month", "week"]}},
    {"facets": {"freshness": ["unknown"]}},
    {"facets": {"maturity": ["no_such"]}},
]


@pytest.fixture
def market(publish):
    """Two dozen listings of both kinds, of different days, in both indexes; their documents as alerts read them."""
    now = datetime.now(UTC)
    patent = {"application_no": "201610305678.X", "title": "x", "applicant": "示例大学"}
    rows = []
    for number, (title, summary) in enumerate(TITLES):
        at = now - timedelta(days=number * 5, hours=1)
        more = {"ip_type": "invention_patent", "patents": [patent]} if number == 7 else {}
        maturity = ("pilot", "mass_production", "")[number % 3]
        region = ("360781", "110000", "")[number % 3]
        rows.append(publish(title, summary=summary, maturity=maturity, region=region, at=at, **more))
        rows.append(publish(f"求购：{title}", kind="demand", difficulties=summary * 2, at=at))
    run_outbox()
    refresh()
    found = []
    for kind in ("achievement", "demand"):
        found += documents.projection(kind).load([row.id for row in rows]).values()
    assert len(found) == len(rows)
    return [Reading(document) for document in found]


def found_by_search(query):
    answer = services.find(actor=ANONYMOUS, query=query, size=100)
    assert len(answer.items) == answer.total
    return {(hit.kind, hit.id) for hit in answer.items}, answer.is_degraded


def met(query, readings):
    wanted, at = Wanted(query), datetime.now(UTC)
    return {(r.document.kind, r.document.id) for r in readings if matching.meets(wanted, r, at=at)}


def shuffled(seed):
    """A query of pieces of the texts, as people and accidents put them together."""
    chance = random.Random(seed)  # noqa: S311
    parts = []
    for _ in range(chance.randint(1, 4)):
        source = "".join(chance.choice(TITLES))
        start = chance.randrange(len(source))
        piece = source[start : start + chance.choice((1, 2, 3, 5, 9, 16))]
        parts.append(chance.choice(("{}", "{}", "{}", '"{}"', "-{}", '-"{}"')).format(piece))
    return chance.choice((" ", "")).join(parts)


def test_what_meets_is_what_elasticsearch_finds(market):
    asked = [parse(typed, **options) for typed in QUERIES for options in FACETS]
    asked += [parse(shuffled(seed)) for seed in range(250)]
    differing, sizes = {}, []
    for query in asked:
        found, is_degraded = found_by_search(query)
        assert not is_degraded
        sizes.append(len(found))
        if found != met(query, market):
            differing[repr(query)] = (len(found), len(met(query, market)))

    assert differing == {}
    # The control: the table is no table of empty answers, nor of full ones.
    assert sum(1 for size in sizes if 0 < size < len(market)) > 150


def test_the_fallback_finds_all_that_meets(market, settings):
    """PostgreSQL counts no tokens, so it may find more for a long wording; never less."""
    settings.ELASTICSEARCH_URL = ""
    asked = [parse(typed, **options) for typed in QUERIES for options in FACETS if '"' not in typed]
    asked += [query for query in (parse(shuffled(seed)) for seed in range(250)) if not query.phrases + query.excluded]
    answers = [(query, found_by_search(query)[0], met(query, market)) for query in asked]

    assert [query for query, found, wanted in answers if not found >= wanted] == []
    assert sum(1 for _query, found, wanted in answers if found == wanted) > len(answers) * 0.6


WORDS = [*"铜合金电缆阻燃锂池", "5g", "10kv", "AI", " ", "，", "导线", "锂电池", "无人机", "uav"]
PIECES = st.lists(st.sampled_from(WORDS), max_size=12)
TEXTS = PIECES.map("".join)


@given(title=TEXTS, body=TEXTS, typed=TEXTS, quoted=TEXTS, unwanted=TEXTS, maturity=st.sampled_from(["", "pilot"]))
def test_whatever_meets_a_query_shares_an_anchor_with_it(title, body, typed, quoted, unwanted, maturity):
    now = datetime(2026, 3, 2, tzinfo=UTC)
    document = Document(
        kind="achievement",
        id=None,
        version=1,
        title=title,
        text=body,
        audience=["public"],
        published_at=now,
        identifiers=[title] if title else [],
        facets={"maturity": ["pilot"]},
    )
    query = parse(
        f'{typed} "{quoted}" -{unwanted}'.replace('""', ""), facets={"maturity": [maturity] if maturity else []}
    )
    reading = Reading(document)

    if matching.meets(Wanted(query), reading, at=now):
        assert not reading.keys.isdisjoint(matching.anchors(query))
        # Whichever tokens are thought to be rare.
        assert not reading.keys.isdisjoint(matching.anchors(query, common=matching.key))


@given(count=st.integers(1, 80), data=st.data())
def test_whoever_holds_enough_tokens_holds_one_group_whole(count, data):
    tokens = [f"t{number}" for number in range(count)]
    absent = data.draw(st.sets(st.sampled_from(tokens), max_size=minimum_match.missing(count)))

    groups = minimum_match.groups(tokens, minimum_match.missing(count))

    assert [token for group in groups for token in group] == tokens
    assert any(absent.isdisjoint(group) for group in groups)


@pytest.mark.parametrize(("count", "missing"), [(1, 0), (3, 0), (4, 1), (6, 1), (7, 2), (10, 3), (100, 30)])
def test_short_wordings_want_all_and_longer_ones_most(count, missing):
    assert minimum_match.missing(count) == missing


def test_a_wording_has_an_anchor_more_than_tokens_may_be_absent():
    query = parse("甲乙丙丁戊己庚辛壬癸子丑寅卯辰")
    tokens = text.bigrams(query.words)

    assert len(query.wordings) == 1
    assert len(matching.anchors(query)) == minimum_match.missing(len(tokens)) + 1 + len([query.identifier])
    assert len(tokens) == 14
