"""An instalment paid online: the product's services and Stripe's SDK against the sandbox as a process of its own."""

import itertools
import time

import pytest

from contracts.payments import services
from contracts.payments.models import JournalEntry, JournalLine, Payment, ProviderEvent, Rail, Refund
from contracts.payments.problems import AlreadyPaying, SignatureInvalid
from contracts.payments.rails import ProviderAway
from deploy.sandbox.delivery import signature
from market.kernel import audit
from market.kernel.models import OutboxEvent
from tests.cast import MONDAY
from tests.contracts.payments.books import AMOUNT, BOTH, FEN, ZERO, actions, books, rows, told_of
from tests.contracts.payments.conftest import signed
from tests.running import run_workers
from tests.sandbox import WEBHOOK_SECRET


def test_a_started_payment_is_made_known_by_a_worker_and_takes_no_money(started, till):
    assert (started.state, started.session_id) == (Payment.State.CREATED, "")
    assert till.sessions_of(started) == []

    run_workers()

    started.refresh_from_db()
    [session] = till.sessions_of(started)
    assert (started.state, started.session_id) == (Payment.State.AWAITING_PAYMENT, session.id)
    assert (started.checkout_url, started.checkout_expires_at.timestamp()) == (session.url, session.expires_at)
    assert (session.amount_total, session.currency, session.status) == (FEN, "cny", "open")
    assert session.client_reference_id == started.no
    assert actions(started) == ["payment.started", "payment.prepared"]
    assert books(started) == (ZERO, ZERO)


def test_the_signed_notice_makes_the_payment_succeed_and_the_journal_balance(prepared, till, api):
    till.pay(prepared)

    answer = till.notice("checkout.session.completed", prepared).post(api)

    assert answer.status_code == 204
    prepared.refresh_from_db()
    assert prepared.state == Payment.State.AWAITING_PAYMENT
    run_workers()
    prepared.refresh_from_db()
    assert prepared.state == Payment.State.SUCCEEDED
    assert actions(prepared) == ["payment.started", "payment.prepared", "payment.succeeded"]
    lines = JournalLine.objects.order_by("id").values_list("account", "debit", "credit", "currency")
    assert list(lines) == [
        ("rail:stripe", AMOUNT, ZERO, "CNY"),
        (f"contract:{prepared.contract_id}", ZERO, AMOUNT, "CNY"),
    ]
    assert OutboxEvent.objects.filter(topic="contracts.payments.payment.succeeded").count() == 1


def test_a_notice_that_comes_again_does_nothing_again(prepared, till, api):
    till.pay(prepared)
    notice = till.notice("checkout.session.completed", prepared)
    notice.post(api)
    run_workers()
    before = rows()

    till.process.lever("redeliver", event=notice.event["id"])
    again = till.notice("checkout.session.completed", prepared)
    answers = [again.post(api).status_code, notice.post(api).status_code]
    run_workers()

    assert answers == [204, 204]
    assert again.event["id"] == notice.event["id"]
    assert rows() == before
    assert books(prepared) == (AMOUNT, AMOUNT)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_notices_in_any_order_end_the_same(prepared, till, api, order):
    """A declined card, then a good one: three notices about one payment."""
    till.pay(prepared, "decline")
    till.pay(prepared)
    kinds = ("payment_intent.payment_failed", "payment_intent.succeeded", "checkout.session.completed")
    notices = [till.notice(kind, prepared) for kind in kinds]

    for place in order:
        assert notices[place].post(api).status_code == 204
        run_workers()

    prepared.refresh_from_db()
    assert (prepared.state, prepared.failure_words) == (Payment.State.SUCCEEDED, "")
    assert books(prepared) == (AMOUNT, AMOUNT)
    assert ProviderEvent.objects.filter(handled_at__isnull=False).count() == 3


def test_a_declined_card_leaves_the_payment_open_for_another_and_says_why_in_the_readers_language(
    cast, prepared, till, api
):
    till.pay(prepared, "decline")

    till.heard("payment_intent.payment_failed", prepared, api)

    assert (prepared.state, prepared.failure_code) == (Payment.State.AWAITING_PAYMENT, "insufficient_funds")
    address, payer = f"/payments/{prepared.id}/", api.as_(cast.enterprise_finance)
    assert "上次支付未成功：余额不足" in payer.get(address).content.decode()
    payer.cookies["django_language"] = "en"
    assert "Insufficient funds" in payer.get(address).content.decode()
    assert books(prepared) == (ZERO, ZERO)


def test_a_notice_of_somebody_else_is_refused_and_nothing_moves(prepared, till, api, settings):
    till.pay(prepared)
    notice = till.notice("checkout.session.completed", prepared)
    now = int(time.time())
    forged = {
        "altered": (notice.body.replace(b"payment_id", b"payment_no"), notice.signature),
        "another secret": (notice.body, signature("whsec_guessed", notice.body, now)),
        "an hour old": (notice.body, signature(WEBHOOK_SECRET, notice.body, now - 3600)),
        "not signed": (notice.body, ""),
        "not text": (b"\xff\xfe", signature(WEBHOOK_SECRET, b"", now)),
    }
    before = rows()

    for body, seal in forged.values():
        answer = api.post("/webhooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": seal})
        assert (answer.status_code, answer.json()["code"]) == (400, "signature_invalid")
        with pytest.raises(SignatureInvalid):
            services.receive_provider_event(raw=body, signature=seal, at=MONDAY)
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(SignatureInvalid):
        services.receive_provider_event(raw=notice.body, signature=signature("", notice.body, now), at=MONDAY)

    run_workers()
    assert rows() == before
    prepared.refresh_from_db()
    assert prepared.state == Payment.State.AWAITING_PAYMENT


@pytest.mark.parametrize("told", [{"amount_total": FEN - 1}, {"currency": "idr"}], ids=["sum", "currency"])
def test_another_sum_or_currency_is_told_to_both_sides_and_not_taken_for_payment(cast, prepared, till, api, told):
    till.pay(prepared)
    session = till.notice("checkout.session.completed", prepared).event["data"]["object"]

    assert signed("checkout.session.completed", session | told).post(api).status_code == 204
    run_workers()

    prepared.refresh_from_db()
    assert prepared.state == Payment.State.AWAITING_PAYMENT
    assert actions(prepared)[-1] == "payment.amount_differs"
    wanted = {"received_minor": FEN, "currency": "CNY", "expected": "400000.00", "expected_currency": "CNY"}
    heard = {"received_minor": told.get("amount_total", FEN), "currency": told.get("currency", "cny").upper()}
    assert audit.history(prepared).last().changes == wanted | heard
    assert books(prepared) == (ZERO, ZERO)
    assert told_of("金额或币种不符") == BOTH | {"operator"}


def test_an_instalment_is_not_paid_on_two_rails_at_once(cast, prepared):
    with pytest.raises(AlreadyPaying):
        services.start_payment(
            actor=cast.enterprise_finance,
            instalment_id=prepared.instalment_id,
            rail=Rail.BANK_TRANSFER,
            at=MONDAY,
        )

    assert Payment.objects.count() == 1


def test_an_answer_lost_on_its_way_opens_one_page(started, till):
    till.process.lever("lose", count=1)

    run_workers()

    started.refresh_from_db()
    [session] = till.sessions_of(started)
    assert (started.state, started.session_id) == (Payment.State.AWAITING_PAYMENT, session.id)


def test_a_provider_that_stays_away_is_asked_again_and_still_opens_one_page(started, till):
    """The SDK asks three times in one call of the worker; each answer is lost after the work was done."""
    till.process.lever("lose", count=3)
    with pytest.raises(ProviderAway):
        services.prepare_payment(payment_id=started.id, at=MONDAY)
    started.refresh_from_db()
    assert (started.state, started.session_id) == (Payment.State.CREATED, "")

    services.prepare_payment(payment_id=started.id, at=MONDAY)

    started.refresh_from_db()
    assert [session.id for session in till.sessions_of(started)] == [started.session_id]
    assert started.state == Payment.State.AWAITING_PAYMENT


@pytest.mark.parametrize("status", [401, 403, 409, 429, 500])
def test_a_provider_that_answers_with_trouble_of_its_own_does_not_end_the_payment(started, till, status):
    till.process.lever("fail", count=3, status=status)

    with pytest.raises(ProviderAway):
        services.prepare_payment(payment_id=started.id, at=MONDAY)

    till.process.lever("fail", count=0)
    started.refresh_from_db()
    assert (started.state, started.failure_words, started.session_id) == (Payment.State.CREATED, "", "")
    assert till.sessions_of(started) == []


def test_a_cancelled_payment_is_taken_back_at_the_provider(cast, prepared, till):
    services.cancel_payment(actor=cast.enterprise_finance, payment_id=prepared.id, version=None, at=MONDAY)
    run_workers()

    [session] = till.sessions_of(prepared)
    assert session.status == "expired"


def test_money_that_arrives_for_a_cancelled_payment_goes_back(cast, prepared, till, api):
    """The payer pays at the provider while a colleague cancels: the notice comes to a cancelled payment."""
    till.pay(prepared)
    services.cancel_payment(actor=cast.enterprise_finance, payment_id=prepared.id, version=None, at=MONDAY)
    notice = till.notice("checkout.session.completed", prepared)

    for _ in range(2):
        notice.post(api)
        run_workers()

    prepared.refresh_from_db()
    assert prepared.state == Payment.State.CANCELLED
    refund = Refund.objects.get()
    assert (refund.payment, refund.amount, refund.state) == (prepared, AMOUNT, Refund.State.SUCCEEDED)
    [returned] = till.stripe.refunds.list({"payment_intent": prepared.provider_id}).data
    assert (returned.id, returned.amount) == (refund.provider_id, FEN)
    assert books(prepared) == (ZERO, ZERO)
    assert [entry.kind for entry in JournalEntry.objects.order_by("id")] == ["payment", "refund"]


def test_the_payer_alone_is_led_to_the_pay_page_and_comes_back(cast, prepared, till, api):
    payer, seller = api.as_(cast.enterprise_finance), api.as_(cast.university_finance)

    assert f'href="{prepared.checkout_url}"' in payer.get(f"/payments/{prepared.id}/").content.decode()
    assert prepared.checkout_url not in seller.get(f"/payments/{prepared.id}/").content.decode()
    urls = [client.send("get", f"/payments/{prepared.id}").json()["checkout_url"] for client in (payer, seller)]
    assert urls == [prepared.checkout_url, ""]

    assert till.pay(prepared, "cancel") == f"https://market.example/payments/{prepared.id}/"
    back = till.pay(prepared)
    assert back == f"https://market.example/payments/{prepared.id}/?returned=1"
    page = payer.get(back.removeprefix("https://market.example"))
    assert "正在等待支付机构确认" in page.content.decode()
    assert page.headers["Content-Security-Policy"].count("form-action 'self'") == 1
