"""What a published report says, and its bytes in four forms."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from contracts.reports import checks, freezing, queries
from contracts.reports.layouts import LAYOUTS, NEWEST
from contracts.reports.models import ReportFile
from contracts.turnover import services as turnover
from market.kernel.audit import AuditRow
from tests.contracts.reports.conftest import APRIL, FEBRUARY, MARCH
from tests.contracts.reports.frozen import cell_values, content_of, csv_of, kept

A_YEAR_AGO = datetime(2025, 2, 10, 2, tzinfo=UTC)

# What it says


def test_the_official_table_has_both_amounts_in_yi_beside_the_exact_yuan(city, cast, office):
    """Domain reference 2.3: 合同数(项), 同比, 成交额(亿元), 同比, 技术交易额(亿元), 同比."""
    city.registers("120000000.00", "83000000.00", at=FEBRUARY, seller=cast.other_clerk)
    city.registers("83000000.00", "83000000.00", at=A_YEAR_AGO, seller=cast.other_clerk)

    report = office.publishes()

    row = csv_of(report)[2]
    assert csv_of(report)[1][4:10] == [
        "合同数(项)", "同比(%)", "成交额(亿元)", "同比(%)", "技术交易额(亿元)", "同比(%)",
    ]  # fmt: skip
    assert row[:10] == ["地区", "输出", "360781", "瑞金市", "1", "0.00", "1.20", "44.58", "0.83", "0.00"]
    assert row[11:] == ["120000000.00", "83000000.00", "120000000.00"]
    assert content_of(report)["official"][0]["contract_amount_yi"] == "1.20"


def test_growth_from_nothing_is_null_and_an_empty_cell_never_infinite(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)

    report = office.publishes()

    figure = content_of(report)["figure"]["output"]
    assert figure["contract_amount_change_percent"] is None
    assert figure["contracts_change_percent"] is None
    assert csv_of(report)[2][5] == csv_of(report)[2][7] == ""
    assert b"nan" not in kept(report)["json"].lower()


def test_sums_are_taken_first_and_rounded_last(city, cast, office):
    """Three times 400 000 are 0.012: rounded one by one they would be 0.00."""
    for _ in range(3):
        city.registers("400000.00", at=FEBRUARY, seller=cast.other_clerk)

    figure = content_of(office.publishes())["figure"]["output"]

    assert (figure["contract_amount_yi"], figure["contract_amount"]) == ("0.01", "1200000.00")
    assert (figure["contracts"], figure["average_contract_amount"]) == (3, "400000.00")


@pytest.mark.parametrize("amount", ["0.01", "10000000000000.00"])
def test_the_smallest_and_the_largest_amount_are_exact_in_every_form(city, cast, office, amount):
    city.registers(amount, at=FEBRUARY, seller=cast.other_clerk)

    report = office.publishes()

    assert content_of(report)["figure"]["output"]["contract_amount"] == amount
    assert csv_of(report)[2][11] == amount
    assert cell_values(kept(report)["xlsx"], "总表")[3][7] in {amount, str(float(amount)).removesuffix(".0")}


def test_output_absorption_and_within_stand_side_by_side(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)  # both in Ruijin
    city.registers("2000000.00", at=MARCH)  # Nanchang sells to Ruijin

    found = content_of(office.publishes())

    told = {side: (row["contracts"], row["contract_amount"]) for side, row in found["figure"].items()}
    assert told == {
        "output": (1, "1000000.00"),
        "absorption": (2, "3000000.00"),
        "intra": (1, "1000000.00"),
    }
    assert [(row["seller_name"], row["buyer_name"], row["contract_amount"]) for row in found["flows"]] == [
        ("未单列", "未单列", "3000000.00"),  # one contract each
    ]


def test_the_tables_of_a_side_add_up_to_its_figure(city, cast, office):
    city.registers("1000000.01", at=FEBRUARY, seller=cast.other_clerk)
    city.registers("2000000.02", at=MARCH, seller=cast.other_clerk)

    found = content_of(office.publishes())

    output = [table for table in found["tables"] if table["side"] == "output"]
    assert [table["dimension"] for table in output] == [
        *("contract_type", "technology_field", "seller_kind", "buyer_kind", "ip_type", "plan_source", "size_class"),
        "month",
    ]
    for table in output:
        total = sum(Decimal(row["contract_amount"]) for row in table["rows"])
        assert total == Decimal("3000000.03"), table["dimension"]
    months = output[-1]["rows"]
    assert [(row["code"], row["contract_amount"]) for row in months] == [
        ("01", "0.00"),
        ("02", "1000000.01"),
        ("03", "2000000.02"),
    ]


def test_a_report_has_tables_of_the_sides_it_was_made_for(office, city, cast):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)

    found = content_of(office.publishes(sides=["absorption"]))

    assert {table["side"] for table in found["tables"]} == {"absorption"}
    assert set(found["figure"]) == {"output", "absorption", "intra"}


def test_the_year_so_far_stands_against_the_plans_path(city, cast, office):
    """Worked example 6: 2023 with 3.10 against 3.2321 is −4.09 %."""
    city.registers("310000000.00", at=datetime(2023, 5, 4, 2, tzinfo=UTC), seller=cast.other_clerk)

    quarter = content_of(office.publishes("quarterly", 2, year=2023))["cumulative"]["plan"]
    year = content_of(office.publishes("yearly", None, year=2023))["cumulative"]["plan"]

    assert (quarter["planned_yi"], quarter["reached_percent"], quarter["against_plan_percent"]) == (
        "3.23", "95.91", None,
    )  # fmt: skip
    assert (year["year"], year["against_plan_percent"]) == (2023, "-4.09")
    assert content_of(office.publishes("monthly", 1))["cumulative"]["plan"] is None


def test_the_plan_is_measured_with_what_the_citys_assessment_counts_and_that_is_frozen(city, cast, office):
    city.registers("310000000.00", "200000000.00", at=datetime(2023, 5, 4, 2, tzinfo=UTC))  # bought from Nanchang
    output = office.publishes("yearly", None, year=2023)
    decided = {"valid_from": date(2023, 1, 1), "side": "absorption", "amount": "technology_amount", "reason": "通知"}
    turnover.decide_assessment(actor=cast.operator, at=APRIL, **decided)

    plan = content_of(office.publishes("yearly", None, year=2023))["cumulative"]["plan"]

    assert (plan["side"], plan["amount"], plan["counted"], plan["reached_percent"]) == (
        "absorption", "technology_amount", "200000000.00", "61.88",
    )  # fmt: skip
    assert content_of(output)["cumulative"]["plan"]["counted"] == "0.00"
    assert checks.differences(output) == []


def test_the_citys_plan_is_not_held_against_another_region(city, office):
    report = office.publishes("yearly", None, year=2023, region="360700")

    assert content_of(report)["cumulative"]["plan"] is None


def test_a_prefecture_is_shown_with_the_places_in_it(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    city.registers("2000000.00", at=FEBRUARY)

    found = content_of(office.publishes(region="360000"))["official"]

    assert [(row["name"], row["contract_amount"]) for row in found] == [
        ("江西省", "3000000.00"),
        ("未单列", "3000000.00"),  # one contract from each place
    ]


def test_a_report_of_nothing_is_a_report_of_zeros(office):
    report = office.publishes()

    found = content_of(report)
    assert found["figure"]["output"]["contract_amount"] == "0.00"
    assert found["figure"]["output"]["average_contract_amount"] is None
    assert (found["flows"], found["report"]["up_to_entry"]) == ([], 0)
    assert checks.differences(report) == []


# Its forms


def test_the_json_is_canonical_and_says_no_time_but_the_day_of_publication(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)

    raw = kept(office.publishes())["json"]

    found = json.loads(raw)
    assert raw == (json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()
    assert found["report"]["published_on"] == "2026-04-08"
    assert b"T02:00" not in raw


def test_the_csv_has_its_mark_crlf_and_no_formula(office):
    report = office.publishes(note='=HYPERLINK("http://example.com","x")')

    raw = kept(report)["csv"]
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    cells = [cell for row in csv_of(report) for cell in row]
    assert '\'=HYPERLINK("http://example.com","x")' in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []


def test_the_workbook_holds_the_same_numbers_and_no_formula(city, cast, office):
    city.registers("1234567.89", "1000000.00", at=FEBRUARY, seller=cast.other_clerk)

    raw = kept(office.publishes(note="=1+1"))["xlsx"]

    official = cell_values(raw, "总表")
    assert official[0] == ["瑞金市2026年第1季度技术合同统计季报"]
    assert official[3] == ["瑞金市", "1", "—", "0.01", "—", "0.01", "—", "1234567.89", "1000000"]
    assert ["说明", "=1+1"] in cell_values(raw, "说明")
    assert len(cell_values(raw, "分项-输出")) == 3 + 7 + 3  # one line of each table, three months


def test_the_workbook_and_the_pdf_carry_the_time_of_publication_alone(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()

    found = kept(report)

    with zipfile.ZipFile(io.BytesIO(found["xlsx"])) as book:
        assert {item.date_time for item in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-04-08T02:00:00Z</dcterms:created>" in book.read("docProps/core.xml")
    assert LAYOUTS[NEWEST].draw_workbook(json.loads(found["json"]), at=APRIL) == found["xlsx"]
    frozen = freezing.freeze(report, actor=cast.leader, up_to_entry=report.up_to_entry, at=APRIL)
    assert {form.value: document.content for form, document in frozen.documents} == found


def test_every_form_is_kept_with_its_hash(city, cast, office):
    report = office.publishes()

    for row in ReportFile.objects.filter(report=report).select_related("file"):
        raw = queries.bytes_of(row)
        assert row.sha256 == row.file.sha256 == hashlib.sha256(raw).hexdigest()
    assert kept(report)["pdf"].startswith(b"%PDF-")
    changes = AuditRow.objects.get(action="report.published").changes
    assert changes["json"] == hashlib.sha256(kept(report)["json"]).hexdigest()
    assert changes["up_to_entry"] == 0


def test_a_publisher_who_reads_english_publishes_the_same_bytes(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.submits()

    with translation.override("en"):
        office.approves(report)

    report.refresh_from_db()
    assert content_of(report)["report"]["region_name"] == "瑞金市"
    assert checks.differences(report) == []
