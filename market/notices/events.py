"""An e-mail leaves only after the transaction that caused it, from a worker."""

from uuid import UUID

from market.kernel import clock, outbox
from market.notices import services


def send(envelope: outbox.Envelope) -> None:
    services.mail_notice(notice_id=UUID(envelope.payload["notice_id"]), at=clock.now())


outbox.subscribe("notices.mail", [services.NoticeWritten.topic], send)
