"""Loading code lists: idempotent, complete, and never forgetting what a code meant."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from market.kernel.actor import SYSTEM, Actor
from market.kernel.models import AuditRow, OutboxEvent
from market.kernel.problems import NotAllowed
from market.reference import files, queries, services
from market.reference.models import Code, CodeList
from market.reference.problems import CodeListsFaulty
from market.reference.services import LoadReport
from tests.market.reference.rows import listed, scheme

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ON = date(2026, 3, 2)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def load(*codes, at=MONDAY, **fields) -> LoadReport:
    """Load the market's own lists and one more; only the one more can change anything."""
    shipped = files.read_lists()
    known = sum(len(one.codes) for one in shipped)
    report = services.load_code_lists(actor=SYSTEM, lists=[*shipped, scheme(*codes, **fields)], at=at)
    return LoadReport(report.inserted, report.updated, report.closed, report.unchanged - known)


def rows(name: str = "fruit") -> list[tuple[str, str, date | None]]:
    return list(Code.objects.filter(code_list=name).order_by("code").values_list("code", "name_zh", "valid_until"))


@pytest.mark.django_db
def test_loading_the_shipped_lists_again_changes_nothing():
    before = {one.scheme: (one.fingerprint, one.loaded_at) for one in CodeList.objects.all()}
    events = OutboxEvent.objects.count()

    output = StringIO()
    call_command("load_reference", "--json", stdout=output)

    assert json.loads(output.getvalue().splitlines()[-1]) == {
        "lists": len(files.read_lists()),
        "inserted": 0,
        "updated": 0,
        "closed": 0,
        "unchanged": Code.objects.count(),
        "years": 0,
    }
    assert {one.scheme: (one.fingerprint, one.loaded_at) for one in CodeList.objects.all()} == before
    assert OutboxEvent.objects.count() == events


@pytest.mark.django_db
def test_new_rows_come_in_with_an_audit_row_and_an_event():
    report = load(listed("apple", "苹果", name_en="Apple"), listed("pear", "梨"))

    assert report == LoadReport(inserted=2)
    assert rows() == [("apple", "苹果", None), ("pear", "梨", None)]
    audited = AuditRow.objects.get(subject_kind="reference.codelist", subject_id="fruit")
    assert audited.changes == {"inserted": 2, "updated": 0, "closed": 0, "unchanged": 0}
    event = OutboxEvent.objects.get(topic="market.reference.code_list.changed", key="fruit")
    assert event.payload["fingerprint"] == CodeList.objects.get(scheme="fruit").fingerprint


@pytest.mark.django_db
def test_a_changed_name_is_updated_in_place_under_a_new_fingerprint():
    load(listed("apple", "苹果"), listed("pear", "梨"))
    before = CodeList.objects.get(scheme="fruit")
    apple = Code.objects.get(code_list="fruit", code="apple")

    report = load(listed("apple", "红苹果"), listed("pear", "梨"), at=MONDAY + timedelta(days=1))

    assert report == LoadReport(updated=1, unchanged=1)
    assert Code.objects.get(pk=apple.pk).name_zh == "红苹果"
    after = CodeList.objects.get(scheme="fruit")
    assert after.fingerprint != before.fingerprint
    assert after.loaded_at == MONDAY + timedelta(days=1)


@pytest.mark.django_db
def test_a_row_that_is_no_longer_listed_ends_that_day_and_stays():
    load(listed("pear", "梨"), listed("apple", "苹果"))

    report = load(listed("pear", "梨"))

    assert report == LoadReport(closed=1, unchanged=1)
    assert rows() == [("apple", "苹果", ON), ("pear", "梨", None)]
    assert load(listed("pear", "梨"), at=MONDAY + timedelta(days=9)) == LoadReport(unchanged=1)
    assert queries.is_valid("fruit", "apple", ON - timedelta(days=1)) is True
    assert queries.is_valid("fruit", "apple", ON) is False


@pytest.mark.django_db
def test_a_whole_list_that_is_no_longer_shipped_ends_and_stays():
    load(listed("apple", "苹果"))

    report = services.load_code_lists(actor=SYSTEM, lists=files.read_lists(), at=MONDAY)

    assert (report.closed, report.inserted, report.updated) == (1, 0, 0)
    assert rows() == [("apple", "苹果", ON)]


@pytest.mark.django_db
def test_a_row_that_was_still_to_begin_ends_after_its_first_day():
    load(listed("apple", valid_from=date(2027, 1, 1)))

    assert load(listed("pear")) == LoadReport(inserted=1, closed=1)
    assert rows()[0][2] == date(2027, 1, 2)


@pytest.mark.django_db
def test_a_row_ends_in_the_file_and_its_successor_begins_the_same_day():
    load(listed("pear", "梨"), listed("apple", "苹果"))
    ended = listed("apple", "苹果", valid_until=date(2025, 7, 1))
    renamed = listed("apple", "脆苹果", valid_from=date(2025, 7, 1))

    report = load(listed("pear", "梨"), ended, renamed)

    assert report == LoadReport(inserted=1, closed=1, unchanged=1)
    assert queries.label("fruit", "apple", date(2025, 6, 30)) == "苹果"
    assert queries.label("fruit", "apple", date(2025, 7, 1)) == "脆苹果"


@pytest.mark.django_db
def test_a_row_that_is_listed_again_is_open_again():
    load(listed("apple", "苹果"))
    load(listed("pear", "梨"))

    assert load(listed("apple", "苹果"), listed("pear", "梨")) == LoadReport(updated=2)
    assert rows() == [("apple", "苹果", None), ("pear", "梨", None)]


@pytest.mark.django_db
def test_a_new_heading_alone_changes_the_fingerprint():
    load(listed("apple"))
    before = CodeList.objects.get(scheme="fruit").fingerprint

    assert load(listed("apple"), name_zh="鲜果") == LoadReport(unchanged=1)
    after = CodeList.objects.get(scheme="fruit")
    assert (after.name_zh, after.fingerprint == before) == ("鲜果", False)


@pytest.mark.django_db
def test_faulty_lists_are_refused_whole():
    load(listed("apple", "苹果"))
    events = OutboxEvent.objects.count()

    with pytest.raises(CodeListsFaulty) as refused:
        load(listed("apple", "青苹果"), listed("pear", parent="plum"))

    assert refused.value.data == {"faults": ["fruit: pear stands below 'plum', which is not listed"]}
    assert rows() == [("apple", "苹果", None)]
    assert OutboxEvent.objects.count() == events


@pytest.mark.django_db
def test_only_the_system_and_operators_may_load():
    with pytest.raises(NotAllowed):
        services.load_code_lists(actor=Actor(), lists=[scheme(listed("apple"))], at=MONDAY)

    assert CodeList.objects.filter(scheme="fruit").exists() is False


@pytest.mark.django_db
def test_the_command_ends_with_the_reason_where_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(CommandError, match=r"^lists.csv: No such file"):
        call_command("load_reference", "--data", str(tmp_path))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("one_row_per_code_and_start", {"valid_until": date(2021, 1, 1)}),
        ("one_meaning_per_code_and_day", {"valid_from": date(2022, 1, 1)}),
        ("one_meaning_per_code_and_day", {"valid_from": date(2019, 1, 1), "valid_until": date(2020, 1, 2)}),
        ("code_span", {"code": "pear", "valid_until": date(2020, 1, 1)}),
        ("code_is_plain", {"code": "梨"}),
        ("code_is_plain", {"code": ""}),
        ("code_points_elsewhere", {"code": "pear", "parent": "pear"}),
        ("code_points_elsewhere", {"code": "pear", "replaced_by": "pear", "valid_until": date(2022, 1, 1)}),
        ("replaced_code_has_ended", {"code": "pear", "replaced_by": "apple"}),
        ("code_evidence_is_known", {"code": "pear", "evidence": "sure"}),
    ],
)
def test_the_database_refuses_rows_that_contradict(constraint, fields):
    load(listed("apple"))
    row = {"code": "apple", "name_zh": "苹果", "valid_from": date(2020, 1, 1), "position": 9, "evidence": "verified"}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Code.objects.create(code_list_id="fruit", **row | fields)

    assert len(rows()) == 1


def in_two_threads(second) -> tuple[list, threading.Thread]:
    """`second` in a thread with a connection of its own; its result, or what it raised, is put into the list."""
    outcome: list = []

    def run() -> None:
        try:
            outcome.append(second())
        except IntegrityError as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return outcome, thread


def wait_until_blocked() -> None:
    """Return once another connection to this database waits for a lock."""
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    with connection.cursor() as cursor:
        while datetime.now(UTC) < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_two_loads_at_once_insert_each_row_once(committed_db):
    with transaction.atomic():
        first = load(listed("apple"), listed("pear"))
        outcome, thread = in_two_threads(lambda: load(listed("apple"), listed("pear")))
        wait_until_blocked()
    thread.join(20)

    assert first == LoadReport(inserted=2)
    assert outcome == [LoadReport(unchanged=2)]
    assert AuditRow.objects.filter(subject_kind="reference.codelist", subject_id="fruit").count() == 1


def test_control_without_the_lock_the_second_insert_fails(committed_db):
    load(listed("plum"))
    row = {"code": "apple", "name_zh": "苹果", "valid_from": date(2020, 1, 1), "position": 9, "evidence": "verified"}

    with transaction.atomic():
        Code.objects.create(code_list_id="fruit", **row)
        outcome, thread = in_two_threads(lambda: Code.objects.create(code_list_id="fruit", **row))
        wait_until_blocked()
    thread.join(20)

    assert isinstance(outcome[0], IntegrityError)
