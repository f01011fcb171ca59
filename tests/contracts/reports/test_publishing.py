"""What a published report is: its numbers, its bytes in four forms, who is told, and that it stays as it is."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from contracts.reports import checks, freezing, queries
from contracts.reports.documents import workbook
from contracts.reports.models import Report, ReportFile
from contracts.reports.services.publication import take_cut
from contracts.turnover.models import PlanIndicator, TurnoverEntry
from contracts.turnover.rules import Cut
from market.kernel import files
from market.kernel.audit import AuditRow
from market.kernel.models import OutboxEvent
from market.notices.models import Notice
from market.reference.models import Code
from tests.contracts.registration.desk import amend, revoke
from tests.contracts.reports.conftest import APRIL, FEBRUARY, JUNE, MARCH, on
from tests.contracts.standing import actions, run_consumers

A_YEAR_AGO = datetime(2025, 2, 10, 2, tzinfo=UTC)
XML = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def content_of(report: Report) -> dict:
    return json.loads(kept(report)["json"])


def kept(report: Report) -> dict[str, bytes]:
    return {row.form: queries.bytes_of(row) for row in ReportFile.objects.filter(report=report)}


def csv_of(report: Report) -> list[list[str]]:
    return list(csv.reader(io.StringIO(kept(report)["csv"].decode("utf-8-sig"))))


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
        ("南昌市", "瑞金市", "2000000.00"),
        ("瑞金市", "瑞金市", "1000000.00"),
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


def test_a_prefecture_is_shown_with_the_places_in_it(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    city.registers("2000000.00", at=FEBRUARY)

    found = content_of(office.publishes(region="360000"))["official"]

    assert [(row["name"], row["contract_amount"]) for row in found] == [
        ("江西省", "3000000.00"),
        ("南昌市", "2000000.00"),
        ("瑞金市", "1000000.00"),
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


def cell_values(raw: bytes, sheet: str) -> list[list[str]]:
    """The values of a sheet, row by row, as they stand in the file; none of them is a formula."""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        names = [node.get("name") for node in parsed(book, "xl/workbook.xml").findall(".//x:sheet", XML)]
        shared = parsed(book, "xl/sharedStrings.xml")
        tree = parsed(book, f"xl/worksheets/sheet{names.index(sheet) + 1}.xml")
    words = ["".join(item.itertext()) for item in shared.findall("x:si", XML)]
    assert tree.findall(".//x:f", XML) == []
    rows = {}
    for row in tree.findall(".//x:row", XML):
        values = [(cell.get("t"), cell.findtext("x:v", "", XML)) for cell in row.findall("x:c", XML)]
        rows[int(row.get("r")) - 1] = [words[int(value)] if kind == "s" else value for kind, value in values]
    return [rows.get(number, []) for number in range(max(rows) + 1)]


def parsed(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(name))  # noqa: S314  our own file


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
    assert workbook.draw(json.loads(found["json"]), at=APRIL) == found["xlsx"]
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
    assert content_of(report)["tables"][0]["rows"][0]["name"] == "技术开发"
    assert checks.differences(report) == []


# Who learns of it


def test_publishing_is_told_to_the_outbox_the_trail_and_the_maker(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()

    report.refresh_from_db()
    assert (report.state, report.approved_by_id, report.published_at) == ("published", cast.leader.user_id, APRIL)
    event = OutboxEvent.objects.get(topic="contracts.reports.published")
    assert event.payload == {
        "report_id": str(report.id),
        "kind": "quarterly",
        "first_on": "2026-01-01",
        "last_on": "2026-03-31",
        "region": "360781",
        "edition": 1,
        "up_to_entry": TurnoverEntry.objects.get().id,
        "json_sha256": ReportFile.objects.get(report=report, form="json").sha256,
    }
    assert actions(report) == ["report.drafted", "report.submitted", "report.published"]
    assert Notice.objects.get(title="统计报告已发布").user_id == cast.operator.user_id


# It stays


@pytest.mark.parametrize("change", [{"note": "改过"}, {"up_to_entry": 0}, {"basis": {}}, {"state": "draft"}])
def test_the_database_refuses_to_change_a_published_report(office, change):
    report = office.publishes()

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**change)


@pytest.mark.parametrize("statement", ["DELETE FROM reports_report", "DELETE FROM reports_reportfile"])
def test_the_database_refuses_to_remove_a_published_report_or_its_file(office, statement):
    office.publishes()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_control_a_draft_can_be_changed(office):
    report = office.drafts()

    assert Report.objects.filter(pk=report.pk).update(note="改过") == 1


def test_a_report_is_recomputed_to_the_byte_after_later_entries_lists_and_plans(city, cast, office):
    """What is known later, a code's other name and another plan: the published bytes come out again all the same."""
    told = city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()
    before = kept(report)

    city.registers("500000.00", at=MARCH, seller=cast.other_clerk)
    amend(told, "1200000.00", "1200000.00", on=on(MARCH), at=JUNE)
    run_consumers("turnover.ledger")
    Code.objects.filter(code_list="contract_type").update(name_zh="改过的名称")
    PlanIndicator.objects.update(target="9.9")

    again = freezing.recompute(report)
    assert (again["json"], again["csv"]) == (before["json"], before["csv"])
    without = freezing.recompute(report, cut=Cut())
    assert without["json"] != before["json"]
    assert without["csv"] != before["csv"]


def test_the_command_recomputes_all_and_names_those_that_differ(city, cast, office, capsys):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    reports = [office.publishes(), office.publishes("monthly", 2), office.publishes("yearly", None, year=2025)]
    office.drafts("monthly", 3)

    call_command("check_reports", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["reports"], found["differing"]) == (3, 0)

    damaged, gone = (ReportFile.objects.get(report=row, form="pdf") for row in reports[:2])
    files.path_of(damaged.sha256).write_bytes(b"%PDF-1.7 other")
    files.path_of(gone.sha256).unlink()
    with pytest.raises(CommandError) as failed:
        call_command("check_reports", "--json")
    assert json.loads(capsys.readouterr().out)["differing"] == 2
    assert sorted(str(failed.value).split("; ")) == sorted(f"{row.id} pdf file" for row in reports[:2])


def test_an_entry_that_a_superuser_put_below_the_cut_is_found_by_the_command(city, cast, office, capsys):
    told = city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # triggers sleep
        cursor.execute(
            "UPDATE turnover_turnoverentry SET contract_amount = contract_amount + 1 WHERE event_id IN "
            "(SELECT id FROM registration_registrationevent WHERE registration_id = %s)",
            [told.registration.id],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")

    with pytest.raises(CommandError) as failed:
        call_command("check_reports", "--report", str(report.id))

    assert str(failed.value) == f"{report.id} json recomputed; {report.id} csv recomputed"
    assert "1 reports, 1 differing" in capsys.readouterr().out


# Editions


def test_a_newer_edition_supersedes_the_former_and_both_stay(city, cast, office):
    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    first = office.publishes()
    city.registers("500000.00", at=MARCH, seller=cast.other_clerk)

    second = office.publishes(at=JUNE)

    assert (first.edition, second.edition) == (1, 2)
    assert content_of(first)["figure"]["output"]["contract_amount"] == "1000000.00"
    assert content_of(second)["figure"]["output"]["contract_amount"] == "1500000.00"
    rows = {row.id: row.superseded_by for row in queries.reports(actor=cast.nobody)}
    assert rows == {first.id: second.id, second.id: None}
    assert [checks.differences(report) for report in (first, second)] == [[], []]


# Adjustments


def test_published_plus_adjustments_is_what_is_known_now_on_every_side(city, cast, office):
    told = city.registers("1000000.00", "800000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()
    amend(told, "1200000.00", "900000.00", on=on(MARCH), at=JUNE)
    city.records("300000.00", at=MARCH)  # known late: bought in Nanchang, entered after the publication
    run_consumers("turnover.ledger")

    found = {str(row.side): row for row in queries.restatement(report)}

    output = found["output"]
    assert (output.published.contract_amount, output.now.contract_amount) == (
        Decimal("1000000.00"), Decimal("1200000.00"),
    )  # fmt: skip
    assert [(change.kind, change.entries, change.sums.contract_amount) for change in output.changes] == [
        ("amended", 1, Decimal("200000.00"))
    ]
    assert [(change.kind, change.sums.contracts) for change in found["absorption"].changes] == [
        ("amended", 0),
        ("registered", 1),
    ]
    for row in found.values():
        total = row.published
        for change in row.changes:
            total += change.sums
        assert total == row.now


def test_a_revocation_of_another_period_is_no_adjustment(city, cast, office):
    told = city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()

    revoke(told, on=on(APRIL) + timedelta(days=1), at=JUNE)
    run_consumers("turnover.ledger")

    assert queries.adjustments(report).count() == 0
    assert [row.published == row.now for row in queries.restatement(report)] == [True, True, True]


def test_the_cut_is_the_last_entry_and_nothing_where_there_is_none(city, cast):
    assert take_cut() == 0

    city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)

    assert take_cut() == TurnoverEntry.objects.get().id
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
