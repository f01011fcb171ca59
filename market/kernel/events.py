"""What the ground itself listens to."""

from market.kernel import outbox
from market.kernel.jobs import JobStarted


def wake_worker(envelope: outbox.Envelope) -> None:
    from market.kernel.tasks import run_job

    run_job.delay(job_id=envelope.payload["job_id"])


outbox.subscribe("kernel.jobs", [JobStarted.topic], wake_worker)
