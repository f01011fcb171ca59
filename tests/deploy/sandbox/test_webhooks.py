"""Notices are signed as Stripe signs them, and come until they are taken."""

import json
import os
import signal

import pytest
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
