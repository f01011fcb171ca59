"""Payment intents through Stripe's own SDK."""

import pytest
import stripe

FEN = 40_000_000


@pytest.fixture
def client(sandbox):
    return sandbox.client()


@pytest.fixture
def intent(client):
    return client.payment_intents.create({"amount": FEN, "currency": "cny", "metadata": {"payment_id": "p-1"}})


def test_an_intent_is_made_and_found(client, intent):
    found = client.payment_intents.retrieve(intent.id)

    assert (found.amount, found.currency, found.status) == (FEN, "cny", "requires_payment_method")
    assert found.metadata["payment_id"] == "p-1"
    assert found.client_secret.startswith(f"{intent.id}_secret_")


def test_a_good_card_pays_it(client, intent):
    paid = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert (paid.status, paid.amount_received) == ("succeeded", FEN)


def test_a_refused_card_leaves_it_open(client, intent):
    with pytest.raises(stripe.CardError) as refused:
        client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})

    assert (refused.value.code, refused.value.http_status) == ("card_declined", 402)
    found = client.payment_intents.retrieve(intent.id)
    assert (found.status, found.amount_received) == ("requires_payment_method", 0)


def test_a_card_that_asks_back_waits_for_its_holder(client, intent):
    asked = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_authenticationRequired"})

    assert (asked.status, asked.next_action.type) == ("requires_action", "use_stripe_sdk")


def test_money_held_is_captured_in_part(client):
    held = client.payment_intents.create(
        {
            "amount": FEN,
            "currency": "cny",
            "capture_method": "manual",
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )
    assert (held.status, held.amount_capturable) == ("requires_capture", FEN)

    taken = client.payment_intents.capture(held.id, {"amount_to_capture": FEN - 1})

    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", FEN - 1, 0)


def test_a_paid_intent_is_neither_paid_again_nor_cancelled(client, intent):
    client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    for again in (client.payment_intents.confirm, client.payment_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            again(intent.id)
        assert refused.value.code == "payment_intent_unexpected_state"


def test_a_cancelled_intent_takes_no_card(client, intent):
    assert client.payment_intents.cancel(intent.id).status == "canceled"

    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})


def test_refunds_never_exceed_what_was_paid(client, intent):
    client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    first = client.refunds.create({"payment_intent": intent.id, "amount": 100, "metadata": {"refund_id": "r-1"}})

    with pytest.raises(stripe.InvalidRequestError):
        client.refunds.create({"payment_intent": intent.id, "amount": FEN - 99})
    rest = client.refunds.create({"payment_intent": intent.id})

    assert (first.amount, first.status, rest.amount) == (100, "succeeded", FEN - 100)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"
    assert [row.amount for row in client.refunds.list({"payment_intent": intent.id}).data] == [FEN - 100, 100]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 0, "currency": "cny"}, "parameter_invalid_integer"),
        ({"amount": "1.5", "currency": "cny"}, "parameter_invalid_integer"),
        ({"currency": "cny"}, "parameter_missing"),
        ({"amount": 1, "currency": "cny", "ammount": 1}, "parameter_unknown"),
        ({"amount": 1, "currency": {"is": "cny"}}, None),
        ({"amount": 1, "currency": "renminbi"}, None),
        ({"amount": 1, "currency": "cny", "metadata": "text"}, None),
    ],
)
def test_what_stripe_would_refuse_is_refused(client, params, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.payment_intents.create(params)

    assert refused.value.code == code
    assert client.payment_intents.list().data == []


def test_another_key_opens_nothing(sandbox, intent):
    with pytest.raises(stripe.AuthenticationError):
        sandbox.client(key="sk_test_wrong").payment_intents.retrieve(intent.id)


def test_a_restart_forgets_nothing(tmp_path):
    from tests.sandbox import sandbox_process

    with sandbox_process(data=tmp_path / "state.db") as first:
        made = first.client().payment_intents.create({"amount": FEN, "currency": "cny"})
    with sandbox_process(data=tmp_path / "state.db") as second:
        assert second.client().payment_intents.retrieve(made.id).client_secret == made.client_secret
