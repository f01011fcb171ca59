"""Facets: trees, bands, freshness, and counts that say what a tick would give."""

from datetime import timedelta
from decimal import Decimal

import pytest

from market.kernel import clock
from market.kernel.actor import ANONYMOUS
from search.find import services
from search.find.query import parse
from search.index import facets


@pytest.mark.parametrize(
    ("name", "codes", "found"),
    [
        ("ipc", ["H01B", "C22C"], ["C", "C22", "C22C", "H", "H01", "H01B"]),
        ("region", ["360781"], ["360000", "360700", "360781"]),
        ("region", ["110105"], ["110000", "110105"]),
        ("industry", ["C3252"], ["C", "C32", "C325", "C3252"]),
        ("maturity", ["pilot"], ["pilot"]),
        ("region", [], []),
    ],
)
def test_a_code_comes_with_those_above_it(name, codes, found):
    assert facets.with_ancestors(name, codes) == found


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        (None, "negotiable"),
        (Decimal("0.00"), "under_100k"),
        (Decimal("99999.99"), "under_100k"),
        (Decimal("100000.00"), "under_500k"),
        (Decimal("5000000.00"), "from_5m"),
    ],
)
def test_price_bands(amount, band):
    assert facets.price_band(amount) == band


def ask(**ticked):
    return services.find(actor=ANONYMOUS, query=parse("", facets=ticked))


def counts(answer, name):
    return {bucket.code: bucket.count for bucket in answer.facets.get(name, ())}


@pytest.fixture
def shelves(shelf):
    for number, (codes, price, maturity) in enumerate(
        [
            (["H01B1/02"], "80000.00", "pilot"),
            (["H01M10/05"], "80000.00", "sample"),
            (["C22C9/00", "H01B1/02"], "6000000.00", "pilot"),
        ]
    ):
        shelf.achievement(
            f"导线第{number}号", ipc_codes=codes, price=Decimal(price), maturity=maturity, region="360781"
        )
    shelf.settle()


def test_a_tree_opens_below_what_is_ticked(shelves):
    assert counts(ask(), "ipc") == {"H": 3, "C": 1}
    assert counts(ask(ipc=["H"]), "ipc") == {"H": 3, "C": 1, "H01": 3}
    assert counts(ask(ipc=["H01"]), "ipc") == {"H": 3, "C": 1, "H01": 3, "H01B": 2, "H01M": 1}
    assert ask(ipc=["H01M"]).total == 1
    assert counts(ask(region=["360000"]), "region") == {"360000": 3, "360700": 3}


def test_each_facet_counts_what_its_ticks_would_give(shelves):
    """A facet's own ticks do not narrow its counts; those of the others do."""
    answer = ask(maturity=["pilot"])

    assert answer.total == 2
    assert counts(answer, "maturity") == {"pilot": 2, "sample": 1}
    assert counts(answer, "price_band") == {"under_100k": 1, "from_5m": 1}
    for code, count in counts(answer, "price_band").items():
        assert ask(maturity=["pilot"], price_band=[code]).total == count


def test_a_pattern_in_a_code_is_no_pattern(shelves):
    assert ask(ipc=[".*"]).total == 0
    assert ask(ipc=["H|C"]).total == 0


@pytest.mark.parametrize("engine", ["elasticsearch", "postgresql"])
def test_freshness_is_by_the_day_of_the_search(shelf, settings, engine):
    from listings.catalog import services as catalog
    from tests.cast import MONDAY

    now = clock.now()
    for days in (3, 20, 200):
        row = shelf.achievement(f"导线{days}日", is_published=False)
        at = now - timedelta(days=days)
        catalog.publish_achievement(actor=shelf.cast.university_clerk, achievement_id=row.id, version=None, at=at)
    assert now > MONDAY
    shelf.settle()
    if engine == "postgresql":
        settings.ELASTICSEARCH_URL = ""
    else:
        assert counts(ask(), "freshness") == {"week": 1, "month": 2, "quarter": 2}

    assert [ask(freshness=[code]).total for code in ("week", "month", "quarter")] == [1, 2, 2]
    assert ask(freshness=["week", "month"]).total == 2
    assert ask(freshness=["nonsense"]).total == 0


@pytest.mark.parametrize("engine", ["elasticsearch", "postgresql"])
@pytest.mark.parametrize(("sort", "order"), [("amount", ["9", "5", "1", None]), ("amount_up", ["1", "5", "9", None])])
def test_amounts_sort_both_ways_and_page_over_those_without(shelf, settings, engine, sort, order):
    for price in ("5", None, "1", "9"):
        shelf.achievement(f"导线{price}", price=None if price is None else Decimal(price))
    shelf.settle()
    if engine == "postgresql":
        settings.ELASTICSEARCH_URL = ""
    seen, cursor = [], ""
    while True:
        page = services.find(actor=ANONYMOUS, query=parse("", sort=sort), cursor=cursor, size=1)
        seen += [hit.title for hit in page.items]
        if not page.next or len(seen) > 4:
            break
        cursor = page.next

    assert seen == [f"导线{price}" for price in order]
