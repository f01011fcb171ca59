"""A worker that is killed in the middle of its work loses nothing and does nothing twice."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry
from listings.catalog.models import Achievement
from listings.imports import services as imports
from market.kernel import clock, jobs
from market.kernel.models import Delivery, Job
from tests import story
from tests.faults.conftest import Processes

LEDGER = TurnoverEntry._meta.db_table
LINES = 1600  # four batches, the last one not full


def time_passes() -> None:
    """What a killed worker had in hand becomes due, as half a minute later."""
    Delivery.objects.filter(dead_at__isnull=True).update(available_at=clock.now())


def blocked_backends() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [LEDGER])
        return cursor.fetchone()[0]


def kill_while_it_enters(processes: Processes, app: str) -> None:
    """Hold the ledger, so that the worker stands in the middle of its handler; kill it there; let the ledger go."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {LEDGER} IN SHARE ROW EXCLUSIVE MODE")
        worker = processes.worker(app)
        processes.wait_until(lambda: blocked_backends() > 0, "a worker waits for the ledger")
        processes.kill(worker)
    processes.wait_until(lambda: blocked_backends() == 0, "the dead worker's session is gone")


def open_deliveries() -> list[str]:
    return list(Delivery.objects.filter(consumer="turnover.ledger").values_list("last_error", flat=True))


def test_the_ledger_has_each_entry_once(processes, committed_cast):
    story.registered(committed_cast)
    event = RegistrationEvent.objects.get()
    processes.relay()

    kill_while_it_enters(processes, "market.config.celery")
    assert not TurnoverEntry.objects.exists()
    assert len(open_deliveries()) == 1

    time_passes()
    processes.worker()
    processes.wait_until(lambda: open_deliveries() == [], "the delivery is settled")
    assert list(TurnoverEntry.objects.values_list("event", flat=True)) == [event.id]


def test_control_a_delivery_that_is_settled_first_is_lost(processes, committed_cast):
    """Shows that the kill above strikes in the middle of the work: here it costs the entry."""
    story.registered(committed_cast)
    processes.relay()

    kill_while_it_enters(processes, "tests.faults.careless")
    time_passes()
    processes.worker()

    processes.wait_until(lambda: not Delivery.objects.exclude(consumer__startswith="search").exists(), "all is settled")
    assert not TurnoverEntry.objects.exists()


def patents(count: int) -> bytes:
    lines = [
        {"publication_no": f"CN{108_000_000 + number}A", "title": f"第{number}号导线", "ipc_subclasses": ["H01B"]}
        for number in range(count)
    ]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()


@pytest.mark.parametrize("kills", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_import_goes_on_after_its_last_whole_batch(processes, committed_cast, kills):
    upload = ContentFile(patents(LINES), "patents.jsonl")
    job = imports.start_import(actor=committed_cast.university_clerk, kind="achievement", upload=upload, at=clock.now())
    processes.relay()
    done = 0
    for _ in range(kills):
        worker = processes.worker()
        processes.wait_until(lambda seen=done: Job.objects.get(pk=job.id).done > seen, f"a batch after line {done}")
        processes.kill(worker)
        job.refresh_from_db()
        done = job.done
        assert job.state == Job.State.RUNNING
        assert Achievement.objects.count() == done < LINES
        # A minute without a sign of life.
        Job.objects.filter(pk=job.id).update(beat_at=clock.now() - timedelta(seconds=90))
        assert jobs.stalled() == [job.id]
        processes.send("market.kernel.tasks.resume_stalled_jobs")

    processes.worker()
    processes.wait_until(lambda: Job.objects.get(pk=job.id).state == Job.State.DONE, "the import is done")
    job.refresh_from_db()
    assert (job.result["loaded"], job.result["skipped"], job.result["refused"]) == (LINES, 0, 0)
    assert Achievement.objects.count() == LINES
    assert Achievement.objects.values("title").distinct().count() == LINES
