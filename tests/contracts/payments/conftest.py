"""The product and the sandbox facing each other: its keys in the settings, its notices in a receiver."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from django.core.files.base import ContentFile

from contracts.payments import services
from contracts.payments.models import Payment, Rail
from deploy.sandbox.delivery import signature
from tests import story
from tests.cast import MONDAY, MONDAY_ON, Cast
from tests.conftest import ApiClient
from tests.deploy.sandbox.conftest import Receiver
from tests.running import run_workers
from tests.sandbox import SECRET_KEY, WEBHOOK_SECRET, SandboxProcess, sandbox_process


@dataclass(frozen=True)
class Notice:
    """A signed delivery as it came."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def post(self, api: ApiClient) -> Any:
        headers = {"Stripe-Signature": self.signature}
        return api.post("/webhooks/stripe", self.body, content_type="application/json", headers=headers)


class Till:
    """Stripe's side of the counter, for one test."""

    def __init__(self, process: SandboxProcess, receiver: Receiver) -> None:
        self.process, self.receiver = process, receiver
        self.stripe = process.client()

    def sessions_of(self, payment: Payment) -> list[Any]:
        found = self.stripe.checkout.sessions.list({"limit": 100}).data
        return [session for session in found if session.metadata["payment_id"] == str(payment.id)]

    def pay(self, payment: Payment, action: str = "pay") -> str:
        """Press a button of the payment's page; where the browser is sent."""
        pressed = requests.post(payment.checkout_url, {"action": action}, allow_redirects=False, timeout=10)
        assert pressed.status_code == 303
        return pressed.headers["Location"]

    def intent_of(self, payment: Payment) -> str:
        """What Stripe calls the payment once somebody has tried to pay on its page."""
        return str(self.stripe.checkout.sessions.retrieve(payment.session_id).payment_intent)

    def notice(self, kind: str, payment: Payment) -> Notice:
        """The next delivery of that kind about the payment; those before it are passed over."""
        names = {payment.session_id, self.intent_of(payment)}
        while True:
            notice = Notice(*self.receiver.next())
            subject = notice.event["data"]["object"]
            if notice.event["type"] == kind and names & {subject["id"], subject.get("payment_intent")}:
                return notice

    def heard(self, kind: str, payment: Payment, api: ApiClient) -> None:
        """That notice arrives and is handled."""
        assert self.notice(kind, payment).post(api).status_code == 204
        run_workers()
        payment.refresh_from_db()


def signed(kind: str, subject: Any, *, event_id: str = "evt_1") -> Notice:
    """A notice as Stripe would sign it, with whatever in it."""
    body = json.dumps({"id": event_id, "object": "event", "type": kind, "data": {"object": subject}}).encode()
    return Notice(body, signature(WEBHOOK_SECRET, body, int(time.time())))


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()


@pytest.fixture(scope="module")
def process(receiver: Receiver) -> Iterator[SandboxProcess]:
    with sandbox_process(webhook_url=receiver.address) as found:
        yield found


@pytest.fixture
def till(process: SandboxProcess, receiver: Receiver, settings: Any) -> Iterator[Till]:
    settings.STRIPE_API_BASE = process.address
    settings.STRIPE_SECRET_KEY = SECRET_KEY
    settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
    settings.PUBLIC_URL = "https://market.example"
    yield Till(process, receiver)
    process.lever("lose", count=0)
    process.lever("fail", count=0)
    process.lever("refunds", status="succeeded")


@pytest.fixture
def started(cast: Cast, till: Till) -> Payment:
    """The buyer chose to pay the first instalment, 400 000 yuan, online; no worker has seen it yet."""
    contract = story.signed(cast).contract
    assert contract is not None
    run_workers()
    instalment = contract.instalments.get(position=1)
    return services.start_payment(
        actor=cast.enterprise_finance, instalment_id=instalment.id, rail=Rail.STRIPE, at=MONDAY
    )


@pytest.fixture
def awaiting(cast: Cast) -> Payment:
    """The buyer pays the first instalment by bank transfer, and has not yet handed in the proof."""
    contract = story.signed(cast).contract
    assert contract is not None
    instalment = contract.instalments.get(position=1)
    return services.start_payment(
        actor=cast.enterprise_finance, instalment_id=instalment.id, rail=Rail.BANK_TRANSFER, at=MONDAY
    )


@pytest.fixture
def proven(cast: Cast, awaiting: Payment) -> Payment:
    return services.submit_bank_proof(
        actor=cast.enterprise_finance,
        payment_id=awaiting.id,
        version=None,
        proof=ContentFile(story.SCAN, "proof.pdf"),
        paid_on=MONDAY_ON,
        at=MONDAY,
    )


@pytest.fixture
def confirmed(cast: Cast, proven: Payment) -> Payment:
    return services.confirm_bank_payment(actor=cast.university_finance, payment_id=proven.id, version=None, at=MONDAY)


@pytest.fixture
def prepared(started: Payment) -> Payment:
    """A worker made it known to the provider, and the payer may pay."""
    run_workers()
    started.refresh_from_db()
    return started


@pytest.fixture
def arrived(prepared: Payment, till: Till, api: ApiClient) -> Payment:
    """It was paid on the provider's page, and the notice was handled."""
    till.pay(prepared)
    till.heard("checkout.session.completed", prepared, api)
    return prepared
