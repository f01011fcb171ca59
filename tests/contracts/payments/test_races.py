"""Two things at once about one online payment, on commits that are real."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from django.db import connection, transaction

from contracts.payments import journal, services
from contracts.payments.models import JournalEntry, Payment, ProviderEvent, Rail
from deploy.sandbox.delivery import signature
from market.kernel.models import OutboxEvent
from tests import story
from tests.cast import MONDAY, Cast
from tests.contracts.payments.conftest import Notice, Till
from tests.running import run_workers
from tests.sandbox import WEBHOOK_SECRET

AT_ONCE = 8


def closing(work: Callable[[], Any]) -> Any:
    """Work of a thread, which has a database connection of its own."""
    try:
        return work()
    finally:
        connection.close()


@pytest.fixture
def online(committed_cast: Cast, till: Till) -> Payment:
    contract = story.signed(committed_cast).contract
    assert contract is not None
    run_workers()
    instalment = contract.instalments.get(position=1)
    return services.start_payment(
        actor=committed_cast.enterprise_finance, instalment_id=instalment.id, rail=Rail.STRIPE, at=MONDAY
    )


class Between:
    """Stands between the product and the sandbox: does something when the first request has come, then passes it on."""

    def __init__(self, address: str) -> None:
        self.then: list[Callable[[], Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                while outer.then:
                    closing(outer.then.pop())
                answer = requests.post(f"{address}{self.path}", body, headers=dict(self.headers), timeout=10)
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def between(till: Till, settings: Any) -> Iterator[Between]:
    found = Between(till.process.address)
    settings.STRIPE_API_BASE = found.address
    yield found
    found.server.shutdown()


def test_a_payment_cancelled_while_the_provider_is_asked_is_withdrawn_there(online, committed_cast, till, between):
    """No lock is held while the provider is asked, so the payer does not wait for it."""

    def cancel():
        services.cancel_payment(actor=committed_cast.enterprise_finance, payment_id=online.id, version=None, at=MONDAY)

    between.then.append(cancel)

    services.prepare_payment(payment_id=online.id, at=MONDAY)

    assert between.then == []
    online.refresh_from_db()
    assert (online.state, online.session_id) == (Payment.State.CANCELLED, "")
    assert [session.status for session in till.sessions_of(online)] == ["expired"]


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    barrier = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(closing, partial(one, work)) for work in works]]


@transaction.atomic
def handle(event_id: str) -> None:
    """As a worker does it: in the transaction of the delivery."""
    services.handle_provider_event(provider_event_id=event_id, at=MONDAY)


@pytest.fixture
def notice(online, till):
    run_workers()
    online.refresh_from_db()
    till.pay(online)
    return till.notice("checkout.session.completed", online)


def kept() -> int:
    return OutboxEvent.objects.filter(topic="contracts.payments.provider_event.received").count()


def test_one_notice_that_comes_eight_times_at_once_is_kept_and_booked_once(online, notice, api):
    statuses = at_once([lambda: notice.post(api).status_code] * AT_ONCE)
    at_once([lambda: handle(notice.event["id"])] * AT_ONCE)

    assert statuses == [204] * AT_ONCE
    assert (ProviderEvent.objects.count(), kept(), JournalEntry.objects.count()) == (1, 1, 1)
    assert journal.received(online.contract_id) == online.amount


def test_control_eight_notices_under_ids_of_their_own_are_all_kept_and_booked_once(online, notice, api):
    """The id is what makes a copy a copy; one payment is booked once however many notices tell of it."""
    ids = [f"evt_{number}" for number in range(AT_ONCE)]
    bodies = [notice.body.replace(notice.event["id"].encode(), event_id.encode()) for event_id in ids]
    copies = [Notice(body, signature(WEBHOOK_SECRET, body, int(time.time()))) for body in bodies]

    statuses = at_once([partial(lambda copy: copy.post(api).status_code, copy) for copy in copies])
    at_once([partial(handle, event_id) for event_id in ids])

    assert statuses == [204] * AT_ONCE
    assert (ProviderEvent.objects.count(), kept(), JournalEntry.objects.count()) == (AT_ONCE, AT_ONCE, 1)
    assert journal.received(online.contract_id) == online.amount
