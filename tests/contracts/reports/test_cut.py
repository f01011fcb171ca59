"""The snapshot of a report that is published while entries arrive, on commits that are real."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max

from contracts.registration.models import RegistrationEvent
from contracts.reports import checks, freezing
from contracts.reports.models import ReportFile
from contracts.reports.problems import LedgerBusy
from contracts.reports.services.publication import LOCK_SECONDS, take_cut
from contracts.turnover.models import TurnoverEntry
from tests.cast import Cast
from tests.contracts.reports.conftest import APRIL, FEBRUARY, MARCH, Office, on
from tests.contracts.reports.frozen import content_of
from tests.contracts.turnover import entries
from tests.contracts.turnover.conftest import City
from tests.together import WAITING

WRITERS = 8
JSON = ReportFile.Form.JSON


@pytest.fixture
def committed(committed_cast: Cast) -> tuple[Office, RegistrationEvent]:
    """The office, and the event of a registered contract of 1 000 000 yuan."""
    told = City(committed_cast).registers("1000000.00", at=FEBRUARY, seller=committed_cast.other_clerk)
    return Office(committed_cast), entries.first_event(told.registration)


def in_thread(pool: ThreadPoolExecutor, work: Callable[[], Any]) -> "Future[Any]":
    def closing() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(closing)


class OpenWriter:
    """A writer that has inserted its entry, so has its id, and commits when it is told to."""

    def __init__(self, pool: ThreadPoolExecutor, event: RegistrationEvent) -> None:
        self.has_id, self.may_commit = threading.Event(), threading.Event()
        self.event = event
        self.done = in_thread(pool, self._write)
        assert self.has_id.wait(10)

    def _write(self) -> int:
        with transaction.atomic():
            entry = entries.enter(self.event, Decimal("70000.00"), on=on(MARCH), at=APRIL)
            self.has_id.set()
            assert self.may_commit.wait(30)
            return entry.id

    def commit(self) -> int:
        self.may_commit.set()
        return self.done.result(30)


def wait_until_somebody_waits() -> None:
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.01)
    raise TimeoutError("nobody waits for a lock")


def test_publishing_waits_for_a_writer_that_has_its_id_and_has_not_committed(committed):
    office, event = committed
    report = office.submits()
    with ThreadPoolExecutor(2) as pool:
        writer = OpenWriter(pool, event)
        later = entries.enter(event, Decimal("5000.00"), on=on(MARCH), at=APRIL)
        publishing = in_thread(pool, lambda: office.approves(report))
        wait_until_somebody_waits()
        assert not publishing.done()
        early = writer.commit()
        published = publishing.result(30)

    assert early < later.id == published.up_to_entry
    assert content_of(published)["figure"]["output"]["contract_amount"] == "1075000.00"
    assert checks.differences(published) == []


def test_control_a_cut_taken_without_the_lock_misses_that_writer_and_the_bytes_change(committed):
    """The same interleaving: the largest committed id is above an entry that nobody can see yet."""
    office, event = committed
    report = office.submits()
    with ThreadPoolExecutor(1) as pool:
        writer = OpenWriter(pool, event)
        later = entries.enter(event, Decimal("5000.00"), on=on(MARCH), at=APRIL)
        snapshot = TurnoverEntry.objects.aggregate(last=Max("id"))["last"]
        frozen = freezing.freeze(report, actor=office.cast.leader, up_to_entry=snapshot, at=APRIL)
        early = writer.commit()

    assert early < later.id == snapshot
    again = freezing.freeze(report, actor=office.cast.leader, up_to_entry=snapshot, at=APRIL)
    assert b'"contract_amount":"1005000.00"' in dict(frozen.documents)[JSON].content
    assert b'"contract_amount":"1075000.00"' in dict(again.documents)[JSON].content
    assert dict(frozen.documents)[JSON].sha256 != dict(again.documents)[JSON].sha256


def test_reports_published_while_eight_writers_write_are_recomputed_to_the_byte(committed):
    office, event = committed
    submitted = [office.submits("monthly", month) for month in (1, 2, 3)] + [office.submits("quarterly", 1)]
    is_over = threading.Event()

    def write(number: int) -> int:
        written, is_last = 0, False
        while not is_last:
            is_last = is_over.is_set()  # one entry of each comes after the last report
            entries.enter(event, Decimal(number + 1), on=on(MARCH), at=APRIL)
            written += 1
            connection.close()  # the pool has eight, and the publisher needs one
        return written

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [in_thread(pool, lambda number=number: write(number)) for number in range(WRITERS)]
        try:
            published = [office.approves(report) for report in submitted]
        finally:
            is_over.set()
        written = [writer.result(60) for writer in writers]

    assert min(written) >= 1
    assert TurnoverEntry.objects.count() == 1 + sum(written)
    snapshots = [report.up_to_entry for report in published]
    assert snapshots == sorted(snapshots)
    assert snapshots[-1] < TurnoverEntry.objects.order_by("-id").values_list("id", flat=True)[0]
    assert [checks.differences(report) for report in published] == [[], [], [], []]


@pytest.mark.slow
def test_a_writer_who_never_ends_is_not_waited_for_longer_than_is_said(committed):
    _office, event = committed
    with ThreadPoolExecutor(1) as pool:
        writer = OpenWriter(pool, event)
        began = time.monotonic()
        with pytest.raises(LedgerBusy) as busy:
            take_cut()
        seconds = time.monotonic() - began
        writer.commit()

    assert busy.value.data == {"retry_after_seconds": LOCK_SECONDS}
    assert seconds >= LOCK_SECONDS
    assert take_cut() == TurnoverEntry.objects.aggregate(last=Max("id"))["last"]
