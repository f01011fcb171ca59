"""The provider's word about its page: what is malformed is refused by name, and a page that ran out is closed here."""

from datetime import timedelta

import pytest

from contracts.payments import services
from contracts.payments.models import Payment, ProviderEvent, Rail
from contracts.payments.rails import stripe_objects
from contracts.payments.tasks import follow_up_checkouts
from tests.cast import MONDAY
from tests.contracts.payments.books import AMOUNT, BOTH, ZERO, books, rows, told_of
from tests.contracts.payments.conftest import Notice, signed
from tests.running import run_workers
from tests.sandbox import WEBHOOK_SECRET

PAYERS = BOTH - {"university-finance"}
SESSION = {"id": "cs_1", "status": "complete", "payment_status": "paid", "amount_total": 1, "currency": "cny"}
MALFORMED = {
    "no JSON": b"{",
    "a list": b"[]",
    "a word": b'"evt_1"',
    "no id": b'{"type": "checkout.session.completed", "data": {"object": {"id": "cs_1"}}}',
    "an id that is a number": b'{"id": 1, "type": "payout.paid", "data": {"object": {}}}',
    "an id of 4000 letters": b'{"id": "' + b"e" * 4000 + b'", "type": "payout.paid", "data": {"object": {}}}',
    "no object": b'{"id": "evt_1", "type": "payout.paid", "data": {}}',
    "an object that is a list": b'{"id": "evt_1", "type": "payout.paid", "data": {"object": []}}',
    "U+0000": b'{"id": "evt_1", "type": "payout.paid", "data": {"object": {"a": "\\u0000"}}}',
    "a lone surrogate": b'{"id": "evt_1", "type": "payout.paid", "data": {"object": {"a": "\\ud800"}}}',
    "a thin event": b'{"id": "evt_1", "object": "v2.core.event", "type": "v1.billing.meter", "related_object": null}',
}


def sealed(body: bytes) -> Notice:
    import time

    from deploy.sandbox.delivery import signature

    return Notice(body, signature(WEBHOOK_SECRET, body, int(time.time())))


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_signed_but_malformed_notice_is_refused_by_name(till, api, body):
    before = rows()

    answer = sealed(body).post(api)

    assert (answer.status_code, answer.json()["code"]) == (400, "notice_malformed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert rows() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_total": "1"},
        {"amount_total": -1},
        {"amount_total": 10**30},
        {"currency": "CNYX"},
        {"payment_status": None},
        {"payment_intent": 7},
        {"metadata": []},
        {"id": ""},
    ],
)
def test_an_object_that_lacks_what_its_kind_has_is_refused_before_it_is_kept(till, api, wrong):
    assert signed("checkout.session.completed", SESSION | wrong).post(api).json()["code"] == "notice_malformed"
    assert ProviderEvent.objects.count() == 0


@pytest.mark.parametrize("kind", sorted(stripe_objects.KINDS))
def test_a_notice_of_nothing_of_ours_is_kept_and_changes_nothing(prepared, api, kind):
    subject = {
        "id": "xx_1",
        "status": "succeeded",
        "payment_status": "paid",
        "amount": 1,
        "amount_total": 1,
        "amount_received": 1,
        "currency": "cny",
        "payment_intent": "pi_other",
        "metadata": {"payment_id": "no id", "refund_id": "no id"},
    }
    states = rows()[1]

    assert signed(kind, subject).post(api).status_code == 204
    run_workers()

    assert ProviderEvent.objects.get().handled_at is not None
    assert (rows()[1], books(prepared)) == (states, (ZERO, ZERO))


def test_a_page_that_ran_out_ends_the_payment_tells_the_payer_and_frees_the_instalment(cast, prepared, till, api):
    till.process.lever("expire", session=prepared.session_id)

    till.heard("checkout.session.expired", prepared, api)

    assert (prepared.state, prepared.failure_code) == (Payment.State.FAILED, "session_expired")
    assert told_of("支付未成功") == PAYERS
    payer = api.as_(cast.enterprise_finance)
    assert prepared.checkout_url not in payer.get(f"/payments/{prepared.id}/").content.decode()
    again = services.start_payment(
        actor=cast.enterprise_finance, instalment_id=prepared.instalment_id, rail=Rail.STRIPE, at=MONDAY
    )
    assert again.no != prepared.no


@pytest.mark.parametrize(
    ("outcome", "state", "received"),
    [("succeeded", Payment.State.SUCCEEDED, AMOUNT), ("failed", Payment.State.FAILED, ZERO)],
)
def test_a_payment_that_takes_days_is_received_when_it_has_come(prepared, till, api, outcome, state, received):
    till.pay(prepared, "later")
    till.heard("checkout.session.completed", prepared, api)
    assert (prepared.state, books(prepared)) == (Payment.State.AWAITING_PAYMENT, (ZERO, ZERO))

    till.process.lever("settle", session=prepared.session_id, outcome=outcome)
    till.heard(f"checkout.session.async_payment_{outcome}", prepared, api)

    assert (prepared.state, books(prepared)) == (state, (received, received))


@pytest.mark.parametrize(
    ("action", "state", "received"),
    [("pay", Payment.State.SUCCEEDED, AMOUNT), ("expire", Payment.State.FAILED, ZERO)],
)
def test_what_became_of_a_page_whose_notice_was_lost_is_asked_for(prepared, till, action, state, received):
    if action == "pay":
        till.pay(prepared)
    else:
        till.process.lever("expire", session=prepared.session_id)
    assert services.overdue_checkouts(at=prepared.checkout_expires_at - timedelta(seconds=1)) == []
    Payment.objects.filter(pk=prepared.pk).update(checkout_expires_at=MONDAY)

    for _ in range(2):
        follow_up_checkouts()

    prepared.refresh_from_db()
    assert (prepared.state, books(prepared)) == (state, (received, received))


def test_the_ways_to_pay_are_a_setting(started, till, settings):
    settings.STRIPE_PAYMENT_METHODS = ["card", "alipay", "wechat_pay"]

    run_workers()

    [session] = till.sessions_of(started)
    assert session.payment_method_types == ["card", "alipay", "wechat_pay"]


def test_an_amount_that_the_provider_does_not_take_is_said_in_words(cast, till, api):
    from tests import story

    contract = story.signed(
        cast,
        contract_amount="1200000.00",
        technology_amount="1200000.00",
        deductions=[],
        instalments=[{"amount": "1200000.00"}],
    ).contract
    row = services.start_payment(
        actor=cast.enterprise_finance, instalment_id=contract.instalments.get().id, rail=Rail.STRIPE, at=MONDAY
    )

    run_workers()

    row.refresh_from_db()
    assert (row.state, row.failure_code) == (Payment.State.FAILED, "amount_too_large")
    page = api.as_(cast.enterprise_finance).get(f"/payments/{row.id}/").content.decode()
    assert "金额超过在线支付的上限，请改用对公转账" in page
