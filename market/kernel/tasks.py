"""Celery entry points: they wake a service, bear being run twice, and tolerate unknown arguments."""

from uuid import UUID

from celery import shared_task

from market.kernel import clock, deliveries, jobs, pruning
from market.kernel.chain import heads


@shared_task(acks_late=True, ignore_result=True)
def deliver(*, delivery_id: int, **_: object) -> None:
    """Give one event to its consumer."""
    deliveries.deliver(delivery_id)


@shared_task(acks_late=True, ignore_result=True)
def run_job(*, job_id: str, **_: object) -> None:
    jobs.run(UUID(job_id))


@shared_task(ignore_result=True)
def resume_stalled_jobs(**_: object) -> None:
    for job_id in jobs.stalled():
        run_job.delay(job_id=str(job_id))


@shared_task(ignore_result=True)
def prune(**_: object) -> None:
    """Remove what has served its time."""
    pruning.prune(at=clock.now())


@shared_task(ignore_result=True)
def mail_audit_head(**_: object) -> None:
    heads.mail()
