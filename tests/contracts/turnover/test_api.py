"""The figure over the wire: periods, parts, flows, rank, the official table, and what the assessment counts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.turnover import queries, services
from contracts.turnover.dashboard import year_rows
from contracts.turnover.models import Assessment
from contracts.turnover.problems import AssessmentDecided
from contracts.turnover.rules import Counts, Period, Side
from market.kernel.models import AuditRow
from market.kernel.problems import NotAllowed, NotSignedIn
from tests.cast import MONDAY

LAST_JUNE = datetime(2025, 6, 2, 2, tzinfo=UTC)


@pytest.fixture
def told(city, cast):
    """2025: 0.83 亿元 within the city; 2026: 1.20 亿元 within it in March, and 2 000 000 from Nanchang."""
    city.registers("83000000.00", at=LAST_JUNE, seller=cast.other_clerk)
    city.registers("120000000.00", "100000000.00", seller=cast.other_clerk)
    city.registers("2000000.00")
    return city


def test_worked_example_6_growth_is_told_against_the_same_days_a_year_before(told, api):
    body = api.send("get", "/turnover?year=2026").json()

    assert (body["contract_amount"], body["before"]["contract_amount"]) == ("120000000.00", "83000000.00")
    assert (body["change_percent"], body["average"]) == ("44.58", "120000000.00")
    assert (body["first_on"], body["last_on"]) == ("2026-01-01", "2026-12-31")
    assert api.send("get", "/turnover?year=2025").json()["change_percent"] is None


@pytest.mark.parametrize(
    ("query", "first", "last", "contracts"),
    [
        ("year=2026&quarter=1", "2026-01-01", "2026-03-31", 1),
        ("year=2026&month=3", "2026-03-01", "2026-03-31", 1),
        ("year=2026&month=4", "2026-04-01", "2026-04-30", 0),
        ("year=2024&month=2", "2024-02-01", "2024-02-29", 0),
    ],
)
def test_a_quarter_or_a_month_is_answered_with_its_days(told, api, query, first, last, contracts):
    body = api.send("get", f"/turnover?{query}").json()

    assert (body["first_on"], body["last_on"], body["contracts"]) == (first, last, contracts)


@pytest.mark.parametrize(
    "query",
    ["/turnover?quarter=5", "/turnover?month=13", "/turnover?month=3&quarter=1",
     "/turnover/breakdown?by=colour", "/turnover/breakdown?by=month&side=both", "/turnover/rank?side=intra",
     "/turnover/flows?region=36"],
)  # fmt: skip
def test_a_period_or_a_cut_that_there_is_not_is_refused(db, api, query):
    assert api.send("get", query).status_code in {400, 422}


def test_a_breakdown_has_share_growth_and_average_beside_each_part(told, cast, api):
    api = api.as_(cast.leader)
    items = api.send("get", "/turnover/breakdown?by=seller_region&side=absorption&year=2026").json()["items"]

    assert [(item["code"], item["share_percent"], item["change_percent"], item["average"]) for item in items] == [
        ("360100", "1.64", None, "2000000.00"),
        ("360781", "98.36", "44.58", "120000000.00"),
    ]
    assert items[0]["name"] == "南昌市"
    earlier = api.send("get", "/turnover/breakdown?by=seller_region&side=absorption&year=2026&as_of=2026-03-01").json()
    assert [(item["code"], item["contracts"]) for item in earlier["items"]] == [("360781", 0)]


def test_the_table_has_the_official_layout_and_units(told, cast, api):
    """项, 亿元 and % with two places, each beside its growth (domain reference 2.3)."""
    answer = api.as_(cast.leader).send("get", "/turnover/breakdown.csv?by=seller_region&side=absorption&year=2026")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "卖方地区,合同数（项）,同比（%）,合同成交额（亿元）,同比（%）,技术交易额（亿元）,同比（%）",
        "南昌市,1,,0.02,,0.02,",
        "瑞金市,1,0.00,1.20,44.58,1.00,20.48",
        "合计,2,100.00,1.22,46.99,1.02,22.89",
    ]


def test_a_name_that_a_spreadsheet_would_run_is_made_inert(city, cast, api):
    cast.agency.name = '=HYPERLINK("http://x")'
    cast.agency.save()
    city.registers("1000000.00", seller=cast.other_clerk)

    body = api.as_(cast.leader).send("get", "/turnover/breakdown.csv?by=broker&year=2026").content.decode("utf-8-sig")

    assert "\"'=HYPERLINK(" in body


def test_flows_and_rank_are_answered(told, cast, api):
    api = api.as_(cast.leader)
    flows = api.send("get", "/turnover/flows?year=2026").json()["items"]
    assert [(flow["seller_region"], flow["buyer_region"], flow["contract_amount"]) for flow in flows] == [
        ("360100", "360781", "2000000.00"),
        ("360781", "360781", "120000000.00"),
    ]

    def place(query: str) -> tuple[int | None, int]:
        body = api.send("get", f"/turnover/rank?{query}").json()
        return body["place"], body["regions"]

    assert place("year=2026") == (1, 2)
    assert place("year=2026&region=360100") == (2, 2)
    assert place("year=2026&region=350200") == (None, 2)
    assert place("year=2025&region=360100") == (None, 1)


# What the assessment counts


def decide(actor, *, valid_from=date(2026, 1, 1), side="absorption", amount="technology_amount") -> Assessment:
    return services.decide_assessment(
        actor=actor, valid_from=valid_from, side=side, amount=amount, reason="市科技局通知", at=MONDAY
    )


def test_output_and_the_contract_amount_count_until_the_operator_decides(told, cast):
    before = queries.figure(year=2026)
    assert (before.counts, before.counted) == (Counts(Side.OUTPUT, "contract_amount"), Decimal("120000000.00"))

    decide(cast.operator)

    after = queries.figure(year=2026)
    assert (after.counts, after.counted) == (Counts(Side.ABSORPTION, "technology_amount"), Decimal("102000000.00"))
    assert queries.figure(year=2025).counted == Decimal("83000000.00")
    assert queries.figure(period=Period.month(2025, 12)).counts == Counts()


def test_a_year_of_the_plan_is_measured_with_what_counts(city, cast):
    city.registers("310000000.00", at=datetime(2023, 5, 4, 2, tzinfo=UTC))  # bought from Nanchang
    assert queries.figure(year=2023).against_plan_percent == Decimal("-100.00")

    decide(cast.operator, valid_from=date(2023, 1, 1), amount="contract_amount")

    assert queries.figure(year=2023).against_plan_percent == Decimal("-4.09")


def test_the_dashboards_years_are_each_counted_as_their_own_assessment_does(told, cast):
    assert {row.year: row.actual for row in year_rows() if row.year > 2024} == {
        2025: Decimal("83000000.00"),
        2026: Decimal("120000000.00"),
    }

    decide(cast.operator)

    rows = {row.year: row.actual for row in year_rows()}
    assert (rows[2025], rows[2026]) == (Decimal("83000000.00"), Decimal("102000000.00"))


def test_only_the_operator_decides_once_for_a_day_and_it_is_audited(cast):
    for name, problem in {"leader": NotAllowed, "auditor": NotAllowed, "nobody": NotSignedIn}.items():
        with pytest.raises(problem):
            decide(getattr(cast, name))
    decide(cast.operator)
    with pytest.raises(AssessmentDecided):
        decide(cast.operator, side="output")

    row = AuditRow.objects.get(action="turnover.assessment_decided")
    assert (row.changes["side"], row.changes["reason"]) == ("absorption", "市科技局通知")
    assert list(queries.assessments().values_list("side", flat=True)) == ["absorption"]
    assert decide(cast.operator, valid_from=date(2027, 1, 1)).valid_from == date(2027, 1, 1)


def test_the_decision_is_taken_and_read_over_the_wire(cast, api):
    body = {"valid_from": "2026-01-01", "side": "absorption", "amount": "contract_amount", "reason": "通知"}
    answer = api.as_(cast.operator).send("post", "/turnover/assessment", body)

    assert (answer.status_code, answer.json()["side"]) == (201, "absorption")
    assert api.send("get", "/turnover/assessment").json()["items"][0]["amount"] == "contract_amount"
    assert api.send("get", "/turnover?year=2026").json()["counts"] == {
        "side": "absorption",
        "amount": "contract_amount",
    }
