"""The product and the sandbox facing each other: its keys in the settings, its notices in a receiver."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.payments import services
from contracts.payments.models import Payment, Rail
from tests import story
from tests.cast import MONDAY, Cast
from tests.conftest import ApiClient
from tests.deploy.sandbox.conftest import Receiver
from tests.running import run_outbox
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

    def intents_of(self, payment: Payment) -> list[Any]:
        found = self.stripe.payment_intents.list({"limit": 100}).data
        return [intent for intent in found if intent.metadata["payment_id"] == str(payment.id)]

    def pay(self, payment: Payment, card: str = "pm_card_visa") -> None:
        self.stripe.payment_intents.confirm(payment.provider_id, {"payment_method": card})

    def notice(self, kind: str, payment: Payment) -> Notice:
        """The next delivery of that kind about the payment's intent; those before it are passed over."""
        while True:
            notice = Notice(*self.receiver.next())
            if (notice.event["type"], notice.event["data"]["object"]["id"]) == (kind, payment.provider_id):
                return notice


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
    yield Till(process, receiver)
    process.lever("lose", count=0)
    process.lever("fail", count=0)


@pytest.fixture
def started(cast: Cast, till: Till) -> Payment:
    """The buyer chose to pay the first instalment, 400 000 yuan, online; no worker has seen it yet."""
    contract = story.signed(cast).contract
    assert contract is not None
    run_outbox()
    instalment = contract.instalments.get(position=1)
    return services.start_payment(
        actor=cast.enterprise_finance, instalment_id=instalment.id, rail=Rail.STRIPE, at=MONDAY
    )


@pytest.fixture
def prepared(started: Payment) -> Payment:
    """A worker made it known to the provider, and the payer may pay."""
    run_outbox()
    started.refresh_from_db()
    return started


@pytest.fixture
def arrived(prepared: Payment, till: Till, api: ApiClient) -> Payment:
    """It was paid with a good card, and the provider's notice was handled."""
    till.pay(prepared)
    assert till.notice("payment_intent.succeeded", prepared).post(api).status_code == 204
    run_outbox()
    prepared.refresh_from_db()
    return prepared
