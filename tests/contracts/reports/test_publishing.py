"""Who is told of a published report, that it stays as it is, its editions, and what came later."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from contracts.reports import checks, freezing, queries
from contracts.reports.models import Report, ReportFile
from contracts.reports.services.publication import take_cut
from contracts.turnover.models import PlanIndicator, TurnoverEntry
from contracts.turnover.rules import Snapshot
from market.kernel.models import OutboxEvent
from market.notices.models import Notice
from market.reference.models import Code
from tests.contracts.registration.desk import amend, revoke
from tests.contracts.reports.conftest import APRIL, FEBRUARY, JUNE, MARCH, on
from tests.contracts.reports.frozen import content_of, kept
from tests.contracts.standing import actions, run_consumers
from tests.scans import path_of

A_YEAR_AGO = datetime(2025, 2, 10, 2, tzinfo=UTC)

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
    without = freezing.recompute(report, snapshot=Snapshot())
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
    path_of(damaged.sha256).write_bytes(b"%PDF-1.7 other")
    path_of(gone.sha256).unlink()
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


def test_whoever_published_a_period_is_told_that_the_registry_moved_it_afterwards(city, cast, office):
    told = city.registers("1000000.00", at=FEBRUARY, seller=cast.other_clerk)
    report = office.publishes()

    revoke(told, on=on(MARCH), at=JUNE)
    run_consumers("reports.late")

    people = set(Notice.objects.filter(kind="report", url=f"/reports/{report.id}/").values_list("user_id", flat=True))
    late = Notice.objects.filter(title__contains="已发布报告期内有登记变动")
    assert {notice.user_id for notice in late} == {cast.leader.user_id, cast.operator.user_id} <= people
    assert queries.published_names_on(on(MARCH)) == ["季报 2026-01-01 – 2026-03-31"]
    assert queries.published_names_on(on(JUNE)) == []
    assert checks.differences(report) == []


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
