"""A request may be sent twice; what it asks for is done once."""

import os
import signal

import pytest
import stripe

from tests.sandbox import sandbox_process

WANTED = {"amount": 100, "currency": "cny"}
KEY = {"idempotency_key": "payment-1"}


def test_the_same_key_gets_the_same_answer(sandbox):
    client = sandbox.client()

    first, second = (client.payment_intents.create(WANTED, KEY) for _ in range(2))

    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(client.payment_intents.list().data) == 1


def test_without_a_key_two_are_made(sandbox):
    """The control of the test above: each call of the SDK has a key of its own."""
    client = sandbox.client()

    assert client.payment_intents.create(WANTED).id != client.payment_intents.create(WANTED).id


def test_the_same_key_for_something_else_is_refused(sandbox):
    client = sandbox.client()
    client.payment_intents.create(WANTED, KEY)

    with pytest.raises(stripe.IdempotencyError):
        client.payment_intents.create(WANTED | {"amount": 200}, KEY)


def test_a_refused_card_is_refused_again_under_its_key(sandbox):
    client = sandbox.client()
    intent = client.payment_intents.create(WANTED)

    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"}, KEY)

    failed = [event for event in client.events.list().data if event.type == "payment_intent.payment_failed"]
    assert len(failed) == 1


def test_a_lost_answer_is_asked_for_again_and_done_once(sandbox):
    """The SDK retries under one key, so the work behind the lost answer is found, not repeated."""
    sandbox.lever("lose")
    client = sandbox.client(retries=2)

    made = client.payment_intents.create(WANTED, KEY)

    assert [row.id for row in client.payment_intents.list().data] == [made.id]


def test_a_failing_provider_is_an_error_and_does_nothing(sandbox):
    sandbox.lever("fail", count=1, status=500)
    client = sandbox.client()

    with pytest.raises(stripe.APIError):
        client.payment_intents.create(WANTED, KEY)

    assert client.payment_intents.list().data == []


def test_a_killed_sandbox_still_knows_its_keys(tmp_path):
    with sandbox_process(data=tmp_path / "state.db") as first:
        made = first.client().payment_intents.create(WANTED, KEY)
        os.kill(first.pid, signal.SIGKILL)

    with sandbox_process(data=tmp_path / "state.db") as second:
        again = second.client().payment_intents.create(WANTED, KEY)
        listed = [row.id for row in second.client().payment_intents.list().data]

    assert (again.id, listed) == (made.id, [made.id])


def test_the_answer_to_a_lost_confirmation_is_one_charge(sandbox):
    client = sandbox.client(retries=2)
    intent = client.payment_intents.create(WANTED)
    sandbox.lever("lose", count=2)

    paid = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}, KEY)

    assert paid.status == "succeeded"
    charged = [event for event in client.events.list().data if event.type == "charge.succeeded"]
    assert [event.data.object.id for event in charged] == [paid.latest_charge]
