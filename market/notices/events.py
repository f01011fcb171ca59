from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from market.kernel.outbox import Event


@dataclass(frozen=True)
class NoticeWritten(Event):
    """A person is to be told by e-mail as well."""

    topic: ClassVar[str] = "market.notices.written"
    notice_id: UUID
