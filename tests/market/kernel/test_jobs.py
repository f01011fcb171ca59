from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from market.kernel import clock, jobs
from market.kernel.models import Job, OutboxEvent
from market.kernel.problems import NotFound, WrongState
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def counting() -> Iterator[list]:
    """A job that counts to five, keeps its place, and breaks once where it is told to."""
    steps: list = []

    def count(run):
        for number in range(run.checkpoint.get("next", 0), 5):
            if run.payload.get("break_at") == number and not steps.count("broken"):
                steps.append("broken")
                raise RuntimeError("broken")
            steps.append(number)
            run.advance(number + 1, 5, next=number + 1)
        return {"counted": 5}

    jobs.register("tests.count", count)

    yield steps
    jobs._handlers.pop("tests.count")


def start(actor, **payload) -> Job:
    with transaction.atomic():
        return jobs.start("tests.count", actor=actor, payload=payload, at=MONDAY)


def test_a_job_tells_its_progress_and_its_result(counting, cast):
    job = start(cast.broker)

    jobs.run(job.id)

    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.result) == ("done", 5, 5, {"counted": 5})
    assert OutboxEvent.objects.filter(topic="market.kernel.job.started", key=str(job.id)).count() == 1


def test_a_job_whose_worker_died_goes_on_where_it_was(counting, cast):
    job = start(cast.broker, break_at=3)
    with pytest.raises(RuntimeError):
        jobs.run(job.id)
    # What a killed worker leaves behind: running, its last sign of life long ago.
    Job.objects.filter(pk=job.id).update(state="running", ended_at=None, beat_at=clock.now() - timedelta(minutes=5))

    assert jobs.stalled() == [job.id]
    jobs.run(job.id)

    job.refresh_from_db()
    assert counting == [0, 1, 2, "broken", 3, 4]
    assert job.state == "done"


def test_a_finished_job_is_not_done_again(counting, cast):
    job = start(cast.broker)
    jobs.run(job.id)

    jobs.run(job.id)

    assert counting == [0, 1, 2, 3, 4]


def test_a_cancelled_job_stops_at_its_next_step(counting, cast):
    job = start(cast.broker)
    Job.objects.filter(pk=job.id).update(state="running", is_cancel_requested=True)

    jobs.run(job.id)

    job.refresh_from_db()
    assert (job.state, counting) == ("cancelled", [0])


def test_a_job_is_hidden_from_other_organisations(counting, cast):
    job = start(cast.broker)

    with pytest.raises(NotFound):
        jobs.cancel_job(actor=cast.enterprise_clerk, job_id=job.id, at=MONDAY)

    job.refresh_from_db()
    assert job.is_cancel_requested is False


def test_a_job_that_is_over_cannot_be_cancelled(counting, cast):
    job = start(cast.broker)
    jobs.run(job.id)

    with pytest.raises(WrongState):
        jobs.cancel_job(actor=cast.broker, job_id=job.id, at=MONDAY)
