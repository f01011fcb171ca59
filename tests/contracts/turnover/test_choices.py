"""What a page is asked to show: read from its address, kept in every link, refused where it names nothing."""

from datetime import date

import pytest
from django.http import QueryDict
from django.urls import reverse

from contracts.registration.facts import Dimension
from contracts.turnover import choices, dashboard
from contracts.turnover.rules import Period
from market.kernel.actor import SYSTEM
from tests.cast import MONDAY

TODAY = date(2026, 11, 27)


def choice(query: str = "", period: str = "2026") -> choices.Choice:
    return choices.read(QueryDict(query), period=period)


@pytest.mark.parametrize(
    ("text", "days", "name"),
    [
        ("2026", Period.year(2026), "2026 年"),
        ("2026-Q3", Period(date(2026, 7, 1), date(2026, 9, 30)), "2026 年第 3 季度"),
        ("2024-02", Period(date(2024, 2, 1), date(2024, 2, 29)), "2024 年 2 月"),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(text, days, name):
    found = choice(f"period={text}")

    assert (found.whole, found.name) == (days, name)


def test_links_keep_the_choice():
    found = choice("period=2026-Q3&as_of=2026-10-01&side=absorption&contract_type=service")

    assert found.query() == "period=2026-Q3&side=absorption&as_of=2026-10-01&contract_type=service"
    assert found.query(period="2025") == "period=2025&side=absorption&as_of=2026-10-01&contract_type=service"
    assert found.query(side="output") == "period=2026-Q3&as_of=2026-10-01&contract_type=service"
    assert found.without(Dimension.CONTRACT_TYPE).query() == "period=2026-Q3&side=absorption&as_of=2026-10-01"
    assert choices.read(QueryDict(found.query()), period="2020") == found


def test_a_running_period_is_looked_at_until_today_and_a_past_one_whole():
    assert choice().until(TODAY) == Period(date(2026, 1, 1), TODAY)
    assert choice("period=2025").until(TODAY) == Period.year(2025)
    assert choice("period=2027").until(TODAY) == Period.year(2027)
    assert choice("as_of=2026-03-31").until(TODAY) == Period(date(2026, 1, 1), date(2026, 3, 31))
    assert choice("as_of=2027-03-31").until(TODAY).last == TODAY


def test_a_day_of_knowledge_ends_at_midnight_in_ruijin():
    assert choice("as_of=2026-03-02").snapshot.known_before.isoformat() == "2026-03-03T00:00:00+08:00"
    assert choice().snapshot.is_whole


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=2026-Q5", "period"),
        ("period=2026-13", "period"),
        ("period=1984", "period"),
        ("period=2101", "period"),
        ("period=²026", "period"),
        ("side=sideways", "side"),
        ("as_of=yesterday", "as_of"),
        ("as_of=9999-12-31", "as_of"),
        ("month=13", "month"),
        ("month=99999999999", "month"),
    ],
)
@pytest.mark.parametrize("page", ["turnover:dashboard", "turnover:lines"])
def test_what_names_nothing_is_refused_with_its_field(db, api, page, query, field):
    answer = api.get(f"{reverse(page)}?{query}", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    with pytest.raises(choices.InvalidInput) as refused:
        choice(query)
    assert refused.value.data["errors"][0]["loc"] == [field]


@pytest.mark.parametrize("query", ["by=nothing", "contract_type=nothing", "broker=nothing", "university=%27"])
def test_a_code_that_nobody_has_finds_nothing(db, api, query):
    assert api.get(f"{reverse('turnover:lines')}?{query}").status_code == 200


def test_a_code_that_cannot_be_stored_is_refused(db, api):
    assert api.get(f"{reverse('turnover:lines')}?contract_type=%00").status_code == 422


@pytest.fixture
def told(city, cast):
    """Two contracts of 2026 and one of 2025, sold inside the city and from Nanchang into it."""
    city.registers("1200000.00", "1000000.00", seller=cast.other_clerk)
    city.registers("300000.00", seller=cast.university_clerk)
    city.registers("1000000.00", seller=cast.other_clerk, at=MONDAY.replace(year=2025))


def test_the_headline_compares_with_the_same_days_of_the_year_before(told):
    head = dashboard.headline(choice(), today=date(2026, 3, 2))

    assert (head.amount, head.before, head.change) == (1_200_000, 1_000_000, 20)
    assert head.trend == "比上年同期增长 20.0%。"
    assert head.is_running
    assert dashboard.headline(choice(), today=date(2026, 3, 1)).before == 0


def test_the_headline_says_what_is_missing_to_the_path_and_to_the_target(told):
    head = dashboard.headline(choice("period=2025"), today=TODAY)

    assert (head.gap, head.missing) == (1_000_000 - 800_000_000, 799_000_000)
    assert head.standing == "below"
    assert dashboard.headline(choice(), today=TODAY).standing == ""  # the plan promised nothing for 2026


def test_a_year_is_judged_in_one_sentence_by_its_own_plan_or_told_to_have_none(told):
    judged, free, part = (
        dashboard.headline(choice(query), today=TODAY) for query in ("period=2025", "", "period=2025-06")
    )

    assert judged.verdict == "低于当年规划路径 8.00 亿元，少 99.9%。"
    assert (free.verdict, free.missing) == ("2026 年没有规划目标，不作比较。", None)
    assert (part.verdict, part.missing) == ("规划按年度提出目标，本期不作比较。", None)


def test_the_months_stand_beside_those_of_the_year_before(told):
    rows = dashboard.months(choice())

    assert len(rows) == 12
    name, period, sums, before = rows[2]
    assert (name, period) == ("3 月", "2026-03")
    assert (sums.contract_amount, before.contract_amount) == (1_200_000, 1_000_000)
    assert sum(row[2].contract_amount for row in rows) == 1_200_000


def test_a_breakdown_gives_shares_changes_and_the_way_down(told):
    by = Dimension.CONTRACT_TYPE
    tables = dashboard.tables_of(choice(), [by], actor=SYSTEM, today=TODAY)
    table = dashboard.breakdown(choice(), by, tables[by])

    assert [(row.sums.contract_amount, row.share, row.change) for row in table.rows] == [(1_200_000, 100, 20)]
    assert table.rows[0].query == f"period=2026&contract_type={table.rows[0].code}"


def test_the_matrix_shows_from_where_to_where_the_yuan_flow(told):
    matrix = dashboard.matrix(choice(), actor=SYSTEM, today=TODAY)

    assert matrix.columns == ["瑞金市"]
    assert matrix.rows == [("瑞金市", [1_200_000]), ("南昌市", [300_000])]


def test_every_yuan_that_grew_from_a_deal_has_a_full_chain(told):
    tables = dashboard.tables_of(choice("side=absorption"), [Dimension.BROKER], actor=SYSTEM, today=TODAY)
    full, direct = dashboard.chained(tables[Dimension.BROKER]).rows

    assert (full.sums.contract_amount, full.share) == (1_500_000, 100)
    assert (direct.sums.contract_amount, direct.share) == (0, 0)


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("period=2026", [1_200_000]),
        ("period=2026-03", [1_200_000]),
        ("period=2026-Q2", []),
        ("period=2025", [1_000_000]),
        ("period=2026&side=absorption", [300_000, 1_200_000]),
        ("period=2026&side=intra", [1_200_000]),
        ("period=2026&side=absorption&seller_region=360100", [300_000]),
        ("period=2026&month=03", [1_200_000]),
        ("period=2026&month=04", []),
        ("period=2026&as_of=2026-03-01", []),
    ],
)
def test_the_lines_are_those_of_the_choice(told, cast, api, query, amounts):
    answer = api.as_(cast.leader).get(f"{reverse('turnover:lines')}?{query}")

    assert [row.contract_amount for row in answer.context["page"].items] == amounts
    assert (answer.context["shown"]["amount"] or 0) == sum(amounts)


def test_the_parts_of_a_dimension_lead_to_lines_that_add_up_to_them(told, cast, api):
    client, address = api.as_(cast.leader), reverse("turnover:lines")

    for dimension in Dimension:
        table = client.get(f"{address}?period=2026&side=absorption&by={dimension}").context["parts"]
        assert sum(row.sums.contract_amount for row in table.rows) == 1_500_000, dimension
        for row in table.rows:
            shown = client.get(f"{address}?{row.query}").context["shown"]
            assert (shown["amount"] or 0) == row.sums.contract_amount, (dimension, row.code)
            assert "side=absorption" in row.query
