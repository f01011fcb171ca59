"""What the ground itself listens to."""

from market.kernel.events import JobStarted
from market.kernel.outbox import Envelope


def wake_worker(envelope: Envelope[JobStarted]) -> None:
    from market.kernel.tasks import run_job

    run_job.delay(job_id=str(envelope.event.job_id))
