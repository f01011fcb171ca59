"""The plan's promise for the figure: facts beside the ledger, and the path between them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contracts.turnover import queries, services
from contracts.turnover.dashboard import year_rows
from contracts.turnover.models import PlanIndicator, TurnoverEntry
from contracts.turnover.rules import Plan, covering
from market.kernel.money import in_yi

pytestmark = pytest.mark.django_db


def test_the_plan_goes_from_0_83_in_2020_to_8_0_in_2025():
    plan = queries.plan(2025)

    assert plan == Plan(2020, Decimal("83000000.00"), 2025, Decimal("800000000.00"))
    row = PlanIndicator.objects.get(no=7)
    assert (row.name, row.unit, row.baseline, row.target) == ("技术合同成交金额", "亿元", "0.83", "8.0")


def test_the_path_grows_by_the_same_share_each_year_and_meets_both_facts():
    path = {year: in_yi(amount, 4) for year, amount in queries.plan(2025).path.items()}

    assert path == {
        2020: Decimal("0.8300"),
        2021: Decimal("1.3058"),
        2022: Decimal("2.0544"),
        2023: Decimal("3.2321"),
        2024: Decimal("5.0850"),
        2025: Decimal("8.0000"),
    }


def test_the_path_meets_its_target_to_the_fen():
    plan = queries.plan(2025)

    assert plan.path[2020] == plan.baseline
    assert plan.path[2025] == plan.target


def test_the_plan_is_no_ledger_entry_and_moves_no_figure():
    assert TurnoverEntry.objects.count() == 0
    assert queries.series() == {}
    for year in (2020, 2025):
        figure = queries.figure(year=year)
        assert (figure.contract_amount, figure.contracts) == (Decimal("0.00"), 0)


def test_the_dashboard_shows_the_baseline_as_the_plans_and_invents_no_actual_figure():
    rows = {row.year: row for row in year_rows()}

    assert list(rows) == [2020, 2021, 2022, 2023, 2024, 2025]
    assert (rows[2020].actual, rows[2020].is_baseline, rows[2020].contracts) == (Decimal("83000000.00"), True, 0)
    assert [rows[year].actual for year in range(2021, 2026)] == [None] * 5
    assert rows[2025].planned == Decimal("800000000.00")


def test_a_year_beyond_the_plan_has_no_path_and_is_measured_against_nothing():
    figure = queries.figure(year=2026)

    assert (figure.planned, figure.against_plan_percent) == (None, None)


def test_every_indicator_of_the_table_is_kept_as_printed():
    rows = queries.indicators().values_list("no", "code", "baseline", "target")

    assert list(rows) == [
        (1, "rd_share_of_gdp", "1.88", "2.6"),
        (2, "rd_share_of_industrial_revenue", "1.59", "2.0"),
        (3, "high_tech_enterprises", "34", "100"),
        (4, "technology_enterprises", "38", "200"),
        (5, "invention_patents_per_10000", "0.97", "3.0"),
        (6, "high_tech_share_of_industry", "34.06", "43"),
        (7, "technology_contract_turnover", "0.83", "8.0"),
        (8, "provincial_platforms", "17", "新增4-6"),
    ]


def test_loading_the_plan_again_changes_nothing(capsys):
    before = list(PlanIndicator.objects.order_by("no").values())

    assert services.load_plan() == 8
    call_command("load_plan", "--json")

    assert list(PlanIndicator.objects.order_by("no").values()) == before
    assert capsys.readouterr().out == '{"indicators": 8}\n'


def test_without_a_plan_the_figure_stands_alone(api):
    PlanIndicator.objects.all().delete()

    body = api.send("get", "/turnover?year=2025").json()

    assert (body["plan"], body["against_plan_percent"], body["contract_amount"]) == (None, None, "0.00")
    assert api.get("/turnover/").status_code == 200


def test_the_api_gives_the_plan_beside_the_figure(api):
    plan = api.send("get", "/turnover?year=2025").json()["plan"]

    assert (plan["baseline_year"], plan["baseline"]) == (2020, "83000000.00")
    assert (plan["target_year"], plan["target"]) == (2025, "800000000.00")
    assert plan["path"]["2025"] == "800000000.00"


# Plans side by side

NEXT: dict[str, Any] = {
    "source": "瑞金市“十五五”科技创新发展规划（例示）",
    "baseline_year": 2025,
    "target_year": 2030,
    "indicators": [
        {"no": 7, "name": "技术合同成交金额", "unit": "亿元", "baseline": "6.25", "target": "20"},
        {"no": 3, "name": "累计高新技术企业", "unit": "家", "baseline": "90", "target": "180"},
    ],
}


def plan_file(folder: Path, **changes: Any) -> str:
    path = folder / "plan.json"
    path.write_text(json.dumps(NEXT | changes, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_a_year_is_compared_with_the_plan_that_covers_it(tmp_path, capsys):
    call_command("load_plan", plan_file(tmp_path), "--json")

    assert capsys.readouterr().out == '{"indicators": 2}\n'
    targets = {year: queries.figure(year=year).plan.target_year for year in (2020, 2021, 2025, 2026, 2030, 2031)}
    assert targets == {2020: 2025, 2021: 2025, 2025: 2025, 2026: 2030, 2030: 2030, 2031: 2030}
    assert queries.figure(year=2025).planned == Decimal("800000000.00")
    assert queries.figure(year=2030).planned == Decimal("2000000000.00")
    assert in_yi(queries.figure(year=2026).planned) == Decimal("7.89")  # 6.25 x (20 / 6.25) ^ (1 / 5)
    assert queries.figure(year=2031).planned is None


def test_the_dashboards_path_goes_on_from_plan_to_plan_and_only_the_first_baseline_is_the_plans(tmp_path, api):
    call_command("load_plan", plan_file(tmp_path), verbosity=0)

    rows = {row.year: row for row in year_rows()}

    assert list(rows) == list(range(2020, 2031))
    assert [year for year, row in rows.items() if row.is_baseline] == [2020]
    assert (rows[2025].planned, rows[2025].actual) == (Decimal("800000000.00"), None)
    assert api.send("get", "/turnover?year=2027").json()["plan"]["target_year"] == 2030
    assert "2027 年没有规划目标" not in api.get("/turnover/?period=2027").content.decode()


def test_the_indicators_of_a_year_are_those_of_its_plan(tmp_path, api):
    call_command("load_plan", plan_file(tmp_path), verbosity=0)

    def target(year: int) -> dict[int, str]:
        items = api.send("get", f"/monitoring/indicators?year={year}").json()["items"]
        return {item["no"]: item["target"] for item in items if item["no"] in {3, 7}}

    assert (target(2025)[3], target(2026)[3]) == ("100", "180")
    assert len(api.send("get", "/monitoring/indicators?year=2025").json()["items"]) == 8
    assert api.get("/monitoring/3/").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"target_year": 2025},
        {"indicators": []},
        {"indicators": NEXT["indicators"] * 2},
        {"indicators": [NEXT["indicators"][0] | {"no": 9}]},
        {"indicators": [NEXT["indicators"][0] | {"target": "新增4-6"}]},
        {"indicators": [NEXT["indicators"][0] | {"baseline": "0"}]},
        {"name": "规划"},
    ],
)
def test_a_file_that_is_no_plan_is_refused_and_nothing_is_loaded(tmp_path, changes):
    with pytest.raises(CommandError):
        call_command("load_plan", plan_file(tmp_path, **changes))

    assert PlanIndicator.objects.count() == 8


def test_of_plans_that_overlap_the_newest_holds():
    old, new = Plan(2020, Decimal(1), 2025, Decimal(2)), Plan(2023, Decimal(1), 2028, Decimal(2))

    assert [covering([old, new], year) for year in (2019, 2020, 2023, 2024, 2029)] == [old, old, old, new, new]
    assert covering([], 2024) is None
