"""What happens to code lists, for whoever keeps their words elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

from market.kernel.outbox import Event


@dataclass(frozen=True, slots=True)
class CodeListChanged(Event):
    topic: ClassVar[str] = "market.reference.code_list.changed"

    scheme: str
    fingerprint: str
