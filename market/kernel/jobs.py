"""Long work with progress: started by a service, run in a worker, cancelled and resumed by anyone who may.

A handler is called with a `Run`; it advances, keeps a checkpoint with each piece it has committed, and so goes on
where it was when its worker died.
"""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from market.kernel import audit, clock, outbox
from market.kernel.actor import Actor
from market.kernel.events import JobStarted
from market.kernel.models import Job
from market.kernel.policy import Policy
from market.kernel.problems import Problem, WrongState

LIVE = (Job.State.QUEUED, Job.State.RUNNING)
STALL = timedelta(seconds=60)


class Cancelled(Exception):
    """Raised inside a handler when its job is to stop."""


class Run:
    """A job as its handler sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.payload: Mapping[str, Any] = job.payload
        self.checkpoint: dict[str, Any] = dict(job.checkpoint)

    def advance(self, done: int, total: int | None = None, **checkpoint: Any) -> None:
        """Tell how far it is and where to go on; call it in the transaction of the piece. Raises Cancelled."""
        self.checkpoint |= checkpoint
        total = self.job.total if total is None else total
        Job.objects.filter(pk=self.job.pk).update(
            done=done, total=total, checkpoint=self.checkpoint, beat_at=clock.now()
        )
        self.job.done, self.job.total = done, total
        if Job.objects.filter(pk=self.job.pk, is_cancel_requested=True).exists():
            raise Cancelled


Handler = Callable[[Run], Mapping[str, Any]]
_handlers: dict[str, Handler] = {}

policy = Policy(
    Job,
    visible=lambda actor: (
        Q(organisation_id=actor.organisation_id, organisation_id__isnull=False) if not actor.is_operator else Q()
    ),
    verbs={"cancel": lambda actor, job: actor.is_operator or actor.acts_for(job.organisation_id)},
    scope="jobs",
)


def register(kind: str, handler: Handler) -> None:
    """Have a worker call `handler` for jobs of a kind; it returns the job's result."""
    _handlers[kind] = handler


def start(kind: str, *, actor: Actor, payload: Mapping[str, Any], at: Any, total: int | None = None) -> Job:
    """Queue a job, in the caller's transaction."""
    if kind not in _handlers:
        raise KeyError(kind)
    job = Job.objects.create(
        kind=kind,
        payload=dict(payload),
        total=total,
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        created_at=at,
    )
    outbox.publish(JobStarted(job_id=job.id), at=at)
    return job


@transaction.atomic
def cancel_job(*, actor: Actor, job_id: UUID, at: Any) -> Job:
    """Ask a live job to stop at its next step; what it has committed stays."""
    job = policy.fetch(actor=actor, verb="cancel", pk=job_id, lock=True)
    if job.state not in LIVE:
        raise WrongState(state=job.state)
    job.is_cancel_requested = True
    if job.state == Job.State.QUEUED:
        job.state, job.ended_at = Job.State.CANCELLED, at
    job.save()
    audit.record("job.cancelled", actor=actor, subject=job, at=at)
    return job


def run(job_id: UUID) -> None:
    """Do a job unless another worker has it or it is over; an error ends it as failed with its words."""
    with _alone(job_id) as is_alone:
        if not is_alone:
            return
        job = Job.objects.get(pk=job_id)
        if job.state not in LIVE:
            return
        Job.objects.filter(pk=job_id).update(state=Job.State.RUNNING, beat_at=clock.now())
        try:
            result = _handlers[job.kind](Run(job))
        except Cancelled:
            _end(job_id, state=Job.State.CANCELLED)
        except Problem as problem:
            _end(job_id, state=Job.State.FAILED, error=f"{problem.code}: {problem.detail or problem.title}"[:2000])
        except Exception as error:
            _end(job_id, state=Job.State.FAILED, error=f"{type(error).__name__}: {error}"[:2000])
            raise
        else:
            _end(job_id, state=Job.State.DONE, result=dict(result))


def stalled() -> list[UUID]:
    """Jobs whose worker died: queued or running without a sign of life."""
    limit = clock.now() - STALL
    rows = Job.objects.filter(
        Q(state=Job.State.RUNNING, beat_at__lt=limit) | Q(state=Job.State.QUEUED, created_at__lt=limit)
    )
    return list(rows.order_by("id").values_list("id", flat=True)[:100])


def _end(job_id: UUID, **fields: Any) -> None:
    Job.objects.filter(pk=job_id).update(ended_at=clock.now(), **fields)


@contextmanager
def _alone(job_id: UUID) -> Any:
    """A lock of the database session: it vanishes with a worker that dies."""
    number = job_id.int & 0x7FFFFFFFFFFFFFFF
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        row = cursor.fetchone()
    try:
        yield bool(row and row[0])
    finally:
        if row and row[0]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
