"""Notices are signed as Stripe signs them, and come until they are taken."""

import json
import os
import signal
import urllib.error
import urllib.parse
import urllib.request

import pytest
import requests
import stripe

from tests.sandbox import WEBHOOK_SECRET, sandbox_process


@pytest.fixture
def intent(sandbox):
    return sandbox.client().payment_intents.create({"amount": 100, "currency": "cny"})


def kinds(receiver, count: int) -> list[str]:
    return [json.loads(receiver.next()[0])["type"] for _ in range(count)]


def test_the_sdk_accepts_the_signature_and_refuses_an_altered_body(sandbox, receiver, intent):
    body, signature = receiver.next()

    event = stripe.Webhook.construct_event(body, signature, WEBHOOK_SECRET)

    assert (event.type, event.data.object.id) == ("payment_intent.created", intent.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body.replace(b"100", b"900"), signature, WEBHOOK_SECRET)


def test_a_notice_comes_again_until_it_is_taken(sandbox, receiver):
    receiver.statuses[:] = [500, 503]

    sandbox.client().payment_intents.create({"amount": 100, "currency": "cny"})

    bodies = [json.loads(receiver.next()[0]) for _ in range(3)]
    assert {body["id"] for body in bodies} == {bodies[0]["id"]}


def test_a_payment_tells_what_happened_in_order(sandbox, receiver, intent):
    sandbox.client().payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert kinds(receiver, 3) == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_paused_notices_wait_and_a_notice_can_be_sent_twice(sandbox, receiver):
    sandbox.lever("pause")
    client = sandbox.client()
    client.payment_intents.create({"amount": 100, "currency": "cny"})
    assert receiver.arrived.empty()

    sandbox.lever("redeliver", event=client.events.list().data[0].id)
    sandbox.lever("resume")

    assert kinds(receiver, 2) == ["payment_intent.created"] * 2


def test_the_pay_page_needs_the_secret_and_pays(sandbox, intent):
    address = f"{sandbox.address}/_sandbox/pay/{intent.id}"
    with pytest.raises(urllib.error.HTTPError) as hidden:
        urllib.request.urlopen(f"{address}?client_secret=guessed", timeout=5)
    assert hidden.value.code == 404

    known = f"{address}?{urllib.parse.urlencode({'client_secret': intent.client_secret})}"
    assert "测试环境，不会扣款" in urllib.request.urlopen(known, timeout=5).read().decode()
    urllib.request.urlopen(known, b"action=pay", timeout=5).close()

    assert sandbox.client().payment_intents.retrieve(intent.id).status == "succeeded"


def test_waiting_notices_can_be_sent_the_newest_first(sandbox, receiver, intent):
    receiver.next()
    sandbox.lever("pause")
    sandbox.client().payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    sandbox.lever("reverse")
    sandbox.lever("resume")

    assert kinds(receiver, 2) == ["payment_intent.succeeded", "charge.succeeded"]


def test_a_notice_that_was_not_taken_outlives_the_process(tmp_path, receiver):
    receiver.statuses[:] = [500] * 100
    with sandbox_process(data=tmp_path / "state.db", webhook_url=receiver.address) as first:
        made = first.client().payment_intents.create({"amount": 100, "currency": "cny"})
        receiver.next()
        os.kill(first.pid, signal.SIGKILL)
    receiver.statuses.clear()

    with sandbox_process(data=tmp_path / "state.db", webhook_url=receiver.address):
        event = json.loads(receiver.next()[0])

    assert (event["type"], event["data"]["object"]["id"]) == ("payment_intent.created", made.id)


@pytest.mark.parametrize(
    ("action", "status", "told"),
    [
        ("pay", "succeeded", "payment_intent.succeeded"),
        ("decline", "requires_payment_method", "payment_intent.payment_failed"),
        ("cancel", "canceled", "payment_intent.canceled"),
    ],
)
def test_each_button_of_the_pay_page_does_what_it_says_and_leads_back(sandbox, action, status, told):
    back = "https://market.example.com/payments/1/"
    client = sandbox.client()
    intent = client.payment_intents.create({"amount": 1234567, "currency": "cny", "metadata": {"return_url": back}})
    address = f"{sandbox.address}/_sandbox/pay/{intent.id}"
    secret = {"client_secret": intent.client_secret}
    page = requests.get(address, secret, timeout=5)
    assert "12,345.67 CNY" in page.text
    assert f'value="{action}"' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]

    pressed = requests.post(address, {"action": action}, params=secret, allow_redirects=False, timeout=5)

    assert (pressed.status_code, pressed.headers["Location"]) == (303, back)
    assert client.payment_intents.retrieve(intent.id).status == status
    assert told in [event.type for event in client.events.list().data]


def test_pressing_pay_again_charges_nothing_again(sandbox, intent):
    address = f"{sandbox.address}/_sandbox/pay/{intent.id}"
    secret = {"client_secret": intent.client_secret}

    for _ in range(2):
        requests.post(address, {"action": "pay"}, params=secret, timeout=5)

    assert requests.get(sandbox.address, timeout=5).json()["counts"]["charge"] == 1
