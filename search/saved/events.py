from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class SearchKept(Event):
    """A search was saved by somebody who saw its results some time before."""

    topic: ClassVar[str] = "search.saved.kept"
    search_id: UUID
