from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class JobStarted(Event):
    topic: ClassVar[str] = "market.kernel.job.started"
    job_id: UUID
