"""An instalment paid online: the product's services and Stripe's SDK against the sandbox as a process of its own."""

import itertools
import time
from decimal import Decimal

import pytest

from contracts.payments import journal, services
from contracts.payments.models import JournalEntry, JournalLine, Payment, ProviderEvent, Rail, Refund
from contracts.payments.problems import AlreadyPaying, RefundTooLarge, SignatureInvalid
from contracts.payments.rails import ProviderAway
from deploy.sandbox.delivery import signature
from market.kernel import audit
from market.kernel.models import AuditRow, OutboxEvent
from tests.cast import MONDAY
from tests.running import run_outbox
from tests.sandbox import WEBHOOK_SECRET

AMOUNT, FEN = Decimal("400000.00"), 40_000_000
ZERO = Decimal("0.00")


def actions(subject):
    return list(audit.history(subject).values_list("action", flat=True))


def books(payment):
    """What the rail holds, and what is owed under the contract."""
    return journal.balance(f"rail:{payment.rail}"), journal.received(payment.contract_id)


def rows():
    """Everything that a refused notice must leave as it was."""
    models = (ProviderEvent, OutboxEvent, AuditRow, JournalEntry, JournalLine)
    states = list(Payment.objects.order_by("id").values_list("state", "version"))
    return [model.objects.count() for model in models], states


def test_a_started_payment_is_made_known_by_a_worker_and_takes_no_money(started, till):
    assert (started.state, started.provider_id) == (Payment.State.CREATED, "")
    assert till.intents_of(started) == []

    run_outbox()

    started.refresh_from_db()
    [intent] = till.intents_of(started)
    assert (started.state, started.provider_id) == (Payment.State.AWAITING_PAYMENT, intent.id)
    assert started.provider_secret == intent.client_secret
    assert (intent.amount, intent.currency, intent.status) == (FEN, "cny", "requires_payment_method")
    assert intent.description == started.contract.no
    assert actions(started) == ["payment.started", "payment.prepared"]
    assert books(started) == (ZERO, ZERO)


def test_the_signed_notice_makes_the_payment_succeed_and_the_journal_balance(prepared, till, api):
    till.pay(prepared)

    answer = till.notice("payment_intent.succeeded", prepared).post(api)

    assert answer.status_code == 204
    prepared.refresh_from_db()
    assert prepared.state == Payment.State.AWAITING_PAYMENT
    run_outbox()
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
    notice = till.notice("payment_intent.succeeded", prepared)
    notice.post(api)
    run_outbox()
    before = rows()

    till.process.lever("redeliver", event=notice.event["id"])
    again = till.notice("payment_intent.succeeded", prepared)
    answers = [again.post(api).status_code, notice.post(api).status_code]
    run_outbox()

    assert answers == [204, 204]
    assert again.event["id"] == notice.event["id"]
    assert rows() == before
    assert books(prepared) == (AMOUNT, AMOUNT)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_notices_in_any_order_end_the_same(prepared, till, api, order):
    """A declined card, then a good one: three notices about one intent."""
    with pytest.raises(Exception, match="Your card was declined"):
        till.pay(prepared, card="pm_card_chargeDeclined")
    till.pay(prepared)
    kinds = ("payment_intent.created", "payment_intent.payment_failed", "payment_intent.succeeded")
    notices = [till.notice(kind, prepared) for kind in kinds]

    for place in order:
        assert notices[place].post(api).status_code == 204
        run_outbox()

    prepared.refresh_from_db()
    assert (prepared.state, prepared.failure) == (Payment.State.SUCCEEDED, "")
    assert books(prepared) == (AMOUNT, AMOUNT)
    assert ProviderEvent.objects.filter(handled_at__isnull=False).count() == 3


def test_a_declined_card_leaves_the_payment_open_for_another(prepared, till, api):
    with pytest.raises(Exception, match="Your card was declined"):
        till.pay(prepared, card="pm_card_chargeDeclined")

    till.notice("payment_intent.payment_failed", prepared).post(api)
    run_outbox()

    prepared.refresh_from_db()
    assert (prepared.state, prepared.failure) == (Payment.State.AWAITING_PAYMENT, "Your card was declined.")
    assert books(prepared) == (ZERO, ZERO)


def test_a_notice_of_somebody_else_is_refused_and_nothing_moves(prepared, till, api, settings):
    till.pay(prepared)
    notice = till.notice("payment_intent.succeeded", prepared)
    now = int(time.time())
    forged = {
        "altered": (notice.body.replace(b"payment_id", b"payment_no"), notice.signature),
        "another secret": (notice.body, signature("whsec_guessed", notice.body, now)),
        "an hour old": (notice.body, signature(WEBHOOK_SECRET, notice.body, now - 3600)),
        "not signed": (notice.body, ""),
        "not text": (b"\xff\xfe", signature(WEBHOOK_SECRET, b"", now)),
    }
    before = rows()

    for body, signed in forged.values():
        answer = api.post(
            "/webhooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": signed}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "signature_invalid")
        with pytest.raises(SignatureInvalid):
            services.receive_provider_event(raw=body, signature=signed, at=MONDAY)
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(SignatureInvalid):
        services.receive_provider_event(raw=notice.body, signature=signature("", notice.body, now), at=MONDAY)

    run_outbox()
    assert rows() == before
    prepared.refresh_from_db()
    assert prepared.state == Payment.State.AWAITING_PAYMENT


def test_another_sum_than_the_one_asked_for_is_written_down_and_not_taken_for_payment(prepared, till, api):
    till.stripe.payment_intents.update(prepared.provider_id, {"amount": FEN - 1})
    till.pay(prepared)

    till.notice("payment_intent.succeeded", prepared).post(api)
    run_outbox()

    prepared.refresh_from_db()
    assert prepared.state == Payment.State.AWAITING_PAYMENT
    assert actions(prepared)[-1] == "payment.amount_differs"
    assert audit.history(prepared).last().changes == {"received_minor": FEN - 1, "expected": "400000.00"}
    assert books(prepared) == (ZERO, ZERO)


def test_an_instalment_is_not_paid_on_two_rails_at_once(cast, prepared):
    with pytest.raises(AlreadyPaying):
        services.start_payment(
            actor=cast.enterprise_finance,
            instalment_id=prepared.instalment_id,
            rail=Rail.BANK_TRANSFER,
            at=MONDAY,
        )

    assert Payment.objects.count() == 1


def test_an_answer_lost_on_its_way_makes_one_intent(started, till):
    till.process.lever("lose", count=1)

    run_outbox()

    started.refresh_from_db()
    [intent] = till.intents_of(started)
    assert (started.state, started.provider_id) == (Payment.State.AWAITING_PAYMENT, intent.id)


def test_a_provider_that_stays_away_is_asked_again_and_still_makes_one_intent(started, till):
    """The SDK asks three times in one call of the worker; each answer is lost after the work was done."""
    till.process.lever("lose", count=3)
    with pytest.raises(ProviderAway):
        services.prepare_payment(payment_id=started.id, at=MONDAY)
    started.refresh_from_db()
    assert (started.state, started.provider_id) == (Payment.State.CREATED, "")

    services.prepare_payment(payment_id=started.id, at=MONDAY)

    started.refresh_from_db()
    assert [intent.id for intent in till.intents_of(started)] == [started.provider_id]
    assert started.state == Payment.State.AWAITING_PAYMENT


@pytest.mark.parametrize("status", [401, 403, 409, 429, 500])
def test_a_provider_that_answers_with_trouble_of_its_own_does_not_end_the_payment(started, till, status):
    till.process.lever("fail", count=3, status=status)

    with pytest.raises(ProviderAway):
        services.prepare_payment(payment_id=started.id, at=MONDAY)

    till.process.lever("fail", count=0)
    started.refresh_from_db()
    assert (started.state, started.failure, started.provider_id) == (Payment.State.CREATED, "", "")
    assert till.intents_of(started) == []


def test_a_cancelled_payment_is_taken_back_at_the_provider(cast, prepared, till):
    services.cancel_payment(actor=cast.enterprise_finance, payment_id=prepared.id, version=None, at=MONDAY)
    run_outbox()

    [intent] = till.intents_of(prepared)
    assert intent.status == "canceled"


def test_money_that_arrives_for_a_cancelled_payment_goes_back(cast, prepared, till, api):
    """The payer pays at the provider while a colleague cancels: the notice comes to a cancelled payment."""
    till.pay(prepared)
    services.cancel_payment(actor=cast.enterprise_finance, payment_id=prepared.id, version=None, at=MONDAY)
    notice = till.notice("payment_intent.succeeded", prepared)

    for _ in range(2):
        notice.post(api)
        run_outbox()

    prepared.refresh_from_db()
    assert prepared.state == Payment.State.CANCELLED
    refund = Refund.objects.get()
    assert (refund.payment, refund.amount, refund.state) == (prepared, AMOUNT, Refund.State.SUCCEEDED)
    [returned] = till.stripe.refunds.list({"payment_intent": prepared.provider_id}).data
    assert (returned.id, returned.amount) == (refund.provider_id, FEN)
    assert books(prepared) == (ZERO, ZERO)
    assert [entry.kind for entry in JournalEntry.objects.order_by("id")] == ["payment", "refund"]


def refund(cast, payment, amount):
    return services.refund_payment(
        actor=cast.university_finance, payment_id=payment.id, version=None, amount=amount, reason="部分退回", at=MONDAY
    )


def test_a_refund_goes_back_over_the_rail_and_is_booked_when_it_has_happened(cast, arrived, till):
    asked = refund(cast, arrived, Decimal("150000.00"))
    assert (asked.state, books(arrived)) == (Refund.State.REQUESTED, (AMOUNT, AMOUNT))

    run_outbox()

    asked.refresh_from_db()
    [returned] = till.stripe.refunds.list({"payment_intent": arrived.provider_id}).data
    assert (returned.amount, returned.metadata["refund_id"]) == (15_000_000, str(asked.id))
    assert (asked.state, asked.provider_id) == (Refund.State.SUCCEEDED, returned.id)
    assert books(arrived) == (Decimal("250000.00"), Decimal("250000.00"))
    assert actions(asked) == ["refund.requested", "refund.succeeded"]


def test_refunds_never_exceed_what_arrived(cast, arrived, till):
    refund(cast, arrived, Decimal("150000.00"))
    before = rows()

    with pytest.raises(RefundTooLarge) as refused:
        refund(cast, arrived, Decimal("250000.01"))

    assert refused.value.data == {"refundable": "250000.00"}
    assert rows() == before
    run_outbox()
    assert [row.amount for row in till.stripe.refunds.list({"payment_intent": arrived.provider_id}).data] == [
        15_000_000
    ]


def test_a_refund_whose_answer_is_lost_gives_the_money_back_once(cast, arrived, till):
    asked = refund(cast, arrived, Decimal("150000.00"))
    till.process.lever("lose", count=3)
    with pytest.raises(ProviderAway):
        services.carry_out_refund(refund_id=asked.id, at=MONDAY)

    for _ in range(2):
        services.carry_out_refund(refund_id=asked.id, at=MONDAY)

    assert [row.amount for row in till.stripe.refunds.list({"payment_intent": arrived.provider_id}).data] == [
        15_000_000
    ]
    assert books(arrived) == (Decimal("250000.00"), Decimal("250000.00"))


def test_the_payer_alone_is_led_to_the_pay_page_and_back(cast, prepared, till, api, settings):
    settings.DEMO = True
    address = f"{till.process.address}/_sandbox/pay/{prepared.provider_id}?client_secret={prepared.provider_secret}"

    payers = api.as_(cast.enterprise_finance).get(f"/payments/{prepared.id}/").content.decode()
    sellers = api.as_(cast.university_finance).get(f"/payments/{prepared.id}/").content.decode()

    assert f'href="{address}"' in payers
    assert prepared.provider_secret not in sellers
    secrets = [
        api.as_(actor).send("get", f"/payments/{prepared.id}").json()["provider_secret"]
        for actor in (cast.enterprise_finance, cast.university_finance)
    ]
    assert secrets == [prepared.provider_secret, ""]
