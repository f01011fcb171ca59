from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class RegistrationRecorded(Event):
    """The registry did something that moves the figure; ordered by registration."""

    topic: ClassVar[str] = "contracts.registration.recorded"
    registration_id: UUID
    event_id: UUID
    kind: str
    contract_id: UUID


@dataclass(frozen=True)
class RegistrationMoved(Event):
    """An application reached another state."""

    topic: ClassVar[str] = "contracts.registration.moved"
    registration_id: UUID
    contract_id: UUID
    state: str
