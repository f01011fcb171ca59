"""Checkout Sessions, disputes and slow refunds, through Stripe's own SDK."""

import pytest
import requests
import stripe

from deploy.sandbox.checkout import MOST_MINOR

BACK = "https://market.example.com/payments/1/"


def order(**changes):
    price = {"currency": "cny", "unit_amount": 1234567, "product_data": {"name": "HT2026-000001"}}
    return {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price | changes.pop("price", {})}],
        "payment_method_types": ["card"],
        "client_reference_id": "FK2026-000001",
        "metadata": {"payment_id": "1"},
        "payment_intent_data": {"description": "HT2026-000001", "metadata": {"payment_id": "1"}},
        "success_url": f"{BACK}?returned=1",
        "cancel_url": BACK,
    } | changes


@pytest.fixture
def client(sandbox):
    return sandbox.client()


@pytest.fixture
def session(client):
    return client.checkout.sessions.create(order())


def press(session, action):
    return requests.post(session.url, {"action": action}, allow_redirects=False, timeout=5)


def told(client):
    return [event.type for event in reversed(client.events.list({"limit": 100}).data)]


def test_a_new_session_has_a_page_and_no_intent_yet(client, session):
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency) == (1234567, "cny")
    page = requests.get(session.url, timeout=5)
    assert "12,345.67 CNY" in page.text
    assert "测试环境，不会扣款" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert requests.get(f"{session.url}0", timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("action", "location", "stands", "last"),
    [
        ("pay", f"{BACK}?returned=1", ("complete", "paid"), "checkout.session.completed"),
        ("later", f"{BACK}?returned=1", ("complete", "unpaid"), "checkout.session.completed"),
        ("decline", None, ("open", "unpaid"), "payment_intent.payment_failed"),
        ("cancel", BACK, ("open", "unpaid"), None),
    ],
)
def test_each_button_of_the_page_does_what_it_says(client, session, action, location, stands, last):
    pressed = press(session, action)

    path = session.url.partition("127.0.0.1")[2].partition("/")[2]
    assert (pressed.status_code, pressed.headers["Location"]) == (303, location or f"/{path}")
    now = client.checkout.sessions.retrieve(session.id)
    assert (now.status, now.payment_status) == stands
    assert ([*told(client), None] if last is None else told(client))[-1] == last


def test_the_intent_of_a_paid_session_carries_what_the_order_said(client, session):
    press(session, "decline")
    press(session, "pay")

    intent = client.payment_intents.retrieve(client.checkout.sessions.retrieve(session.id).payment_intent)
    assert (intent.amount_received, intent.status, intent.metadata["payment_id"]) == (1234567, "succeeded", "1")
    assert len(client.payment_intents.list().data) == 1


def test_pressing_pay_again_charges_nothing_again(sandbox, session):
    for _ in range(2):
        press(session, "pay")

    assert requests.get(sandbox.address, timeout=5).json()["counts"]["charge"] == 1


@pytest.mark.parametrize(("outcome", "status"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_what_was_promised_comes_later_or_not(sandbox, client, session, outcome, status):
    press(session, "later")

    sandbox.lever("settle", session=session.id, outcome=outcome)

    assert client.checkout.sessions.retrieve(session.id).payment_status == status
    assert told(client)[-1] == f"checkout.session.async_payment_{outcome}"


def test_an_expired_session_takes_no_money(client, session):
    expired = client.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    press(session, "pay")
    assert told(client) == ["checkout.session.expired"]
    with pytest.raises(stripe.InvalidRequestError):
        client.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"success_url": "/payments/1/"}, "url_invalid"),
        ({"payment_method_types": ["cash"]}, None),
        ({"payment_method_types": ["card", "wechat_pay"]}, None),
        ({"price": {"unit_amount": MOST_MINOR + 1}}, "amount_too_large"),
        ({"price": {"product_data": {}}}, None),
        ({"paymentmode": "payment"}, "parameter_unknown"),
    ],
)
def test_what_stripe_would_refuse_of_an_order_is_refused(client, changes, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.checkout.sessions.create(order(**changes))

    assert refused.value.code == code


def test_a_slow_refund_ends_later_and_may_fail(sandbox, client, session):
    press(session, "pay")
    sandbox.lever("refunds", status="pending")
    intent = client.checkout.sessions.retrieve(session.id).payment_intent
    refund = client.refunds.create({"payment_intent": intent, "amount": 100})
    assert refund.status == "pending"

    sandbox.lever("refund", refund=refund.id, status="failed")

    failed = client.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    charge = client.charges.retrieve(failed.charge)
    assert (charge.amount_refunded, told(client)[-1]) == (0, "refund.failed")


def test_a_dispute_takes_the_money_and_a_won_one_returns_it(sandbox, client, session):
    press(session, "pay")
    intent = client.checkout.sessions.retrieve(session.id).payment_intent

    dispute = sandbox.lever("dispute", payment_intent=intent)
    sandbox.lever("close_dispute", dispute=dispute["id"], status="won")

    assert client.disputes.retrieve(dispute["id"]).status == "won"
    assert told(client)[-4:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
