"""Who publishes another edition is told before what it says otherwise than the published one."""

import pytest

from contracts.reports.revisions import RevisedSide, Revision, revision
from contracts.turnover.rules import Side, Sums
from market.notices.models import Notice
from tests.contracts.registration.desk import amend
from tests.contracts.reports.conftest import APRIL, FEBRUARY, MARCH, on
from tests.contracts.reports.frozen import content_of
from tests.contracts.reports.test_pages import detail
from tests.contracts.standing import run_consumers
from tests.contracts.turnover.test_pages import text


@pytest.fixture
def told(city, cast):
    return city.registers("1000000.00", "780000.00", at=FEBRUARY, seller=cast.other_clerk)


def moves(told) -> None:
    """The registry moves the figure of the published quarter."""
    amend(told, "1200000.00", "930000.00", on=on(MARCH))
    run_consumers("turnover.ledger")


def test_the_publisher_of_another_edition_sees_each_side_and_table_that_differs(told, cast, office, api):
    office.publishes()
    moves(told)

    report = office.submits()

    page = text(api.as_(cast.leader).get(detail(report)))
    assert "本版与已发布的第 1 版不同" in page
    assert "输出 已发布 1 1,000,000.00 780,000.00 本版 1 1,200,000.00 930,000.00 增减 0 +200,000.00 +150,000.00" in page
    assert "按合同类型 · 输出" in page
    assert "本版将取代已发布的第 1 版，数字有差异：输出 · 吸纳 · 本地流动，见本页上方。发布后报告冻结" in page
    titles = Notice.objects.filter(user_id=cast.leader.user_id).order_by("created_at").values_list("title", flat=True)
    assert "与已发布的第 1 版不同" in list(titles)[-1]


def test_the_api_names_the_same(told, cast, office, api):
    first = office.publishes()
    moves(told)
    report = office.drafts()

    found = api.as_(cast.leader).send("get", f"/reports/{report.id}/revision").json()

    assert found["edition"] == 1
    assert found["sides"][0] == {
        "side": "output",
        "published": {"contract_amount": "1000000.00", "technology_amount": "780000.00", "contracts": 1},
        "now": {"contract_amount": "1200000.00", "technology_amount": "930000.00", "contracts": 1},
    }
    assert {"dimension": "month", "side": "absorption"} in found["tables"]
    none = api.as_(cast.leader).send("get", f"/reports/{first.id}/revision").json()
    assert none == {"report_id": str(first.id), "edition": None, "sides": [], "tables": []}
    assert api.as_(cast.stranger).send("get", f"/reports/{report.id}/revision").status_code == 404


def test_an_edition_that_says_the_same_warns_of_nothing(told, cast, office, api):
    office.publishes()

    report = office.submits(note="改正了说明中的错字")

    page = text(api.as_(cast.leader).get(detail(report)))
    assert "本版数字与已发布的第 1 版相同。" in page
    assert "取代已发布的" not in page


def test_a_first_edition_is_compared_with_nothing(told, cast, office, api):
    assert "已发布的第" not in text(api.as_(cast.leader).get(detail(office.submits())))


def test_a_part_that_moved_between_cells_is_named_where_no_side_differs(told, office):
    published = content_of(office.publishes(at=APRIL))
    now = published | {"tables": [dict(table) for table in published["tables"]]}
    now["tables"][0]["rows"] = [row | {"code": "service"} for row in now["tables"][0]["rows"]]

    assert revision(published, published).is_empty
    assert revision(published, now) == Revision(1, [], [("contract_type", "output")])


def test_the_change_of_a_side_is_signed():
    assert RevisedSide(Side.OUTPUT, Sums(contracts=2), Sums(contracts=1)).change.contracts == -1
