"""Money that goes back: asked for here or at the provider, under way, gone, or come back after all."""

from decimal import Decimal

import pytest

from contracts.payments import services
from contracts.payments.models import JournalEntry, Payment, Rail, Refund
from contracts.payments.problems import AlreadyPaying, RefundTooLarge
from contracts.payments.rails import ProviderAway
from market.kernel.problems import ConfirmationNeeded
from tests.cast import MONDAY
from tests.contracts.payments.books import AMOUNT, BOTH, actions, books, kinds, rows, told_of
from tests.contracts.payments.conftest import signed
from tests.running import run_workers

REST = Decimal("250000.00")


def refund(cast, payment, amount, *, confirmed=()):
    return services.refund_payment(
        actor=cast.university_finance,
        payment_id=payment.id,
        version=None,
        amount=amount,
        reason="部分退回",
        confirmed=confirmed,
        at=MONDAY,
    )


def test_a_refund_goes_back_over_the_rail_and_is_booked_when_it_has_happened(cast, arrived, till):
    asked = refund(cast, arrived, Decimal("150000.00"))
    assert (asked.state, books(arrived)) == (Refund.State.REQUESTED, (AMOUNT, AMOUNT))

    run_workers()

    asked.refresh_from_db()
    [returned] = till.stripe.refunds.list({"payment_intent": arrived.provider_id}).data
    assert (returned.amount, returned.metadata["refund_id"]) == (15_000_000, str(asked.id))
    assert (asked.state, asked.provider_id) == (Refund.State.SUCCEEDED, returned.id)
    assert books(arrived) == (REST, REST)
    assert actions(asked) == ["refund.requested", "refund.succeeded"]


def test_refunds_never_exceed_what_arrived(cast, arrived, till):
    refund(cast, arrived, Decimal("150000.00"))
    before = rows()

    with pytest.raises(RefundTooLarge) as refused:
        refund(cast, arrived, Decimal("250000.01"))

    assert refused.value.data == {"refundable": "250000.00"}
    assert rows() == before
    run_workers()
    assert [row.amount for row in till.stripe.refunds.list({"payment_intent": arrived.provider_id}).data] == [
        15_000_000
    ]


def test_a_refund_typed_in_ten_thousands_is_asked_about(cast, arrived):
    before = rows()

    with pytest.raises(ConfirmationNeeded, match=r"到账金额 400,000\.00 元"):
        refund(cast, arrived, Decimal("40.00"))

    assert rows() == before
    assert refund(cast, arrived, Decimal("40.00"), confirmed=["amount_unit"]).amount == Decimal("40.00")


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
    assert books(arrived) == (REST, REST)


def test_a_refund_that_the_provider_has_still_under_way_is_not_booked(cast, arrived, till, api):
    """The answer says pending: nothing has gone yet."""
    till.process.lever("refunds", status="pending")
    asked = refund(cast, arrived, Decimal("50000.00"))

    run_workers()

    asked.refresh_from_db()
    assert (asked.state, books(arrived)) == (Refund.State.REQUESTED, (AMOUNT, AMOUNT))
    assert told_of("已退款") == set()
    till.process.lever("refund", refund=asked.provider_id, status="succeeded")
    till.heard("refund.updated", arrived, api)
    asked.refresh_from_db()
    assert (asked.state, books(arrived)[1]) == (Refund.State.SUCCEEDED, Decimal("350000.00"))
    assert told_of("已退款 50,000.00 元") == BOTH


@pytest.mark.parametrize("status", ["pending", "succeeded"])
def test_a_refund_that_fails_at_the_provider_is_booked_back_and_told(cast, arrived, till, api, status):
    till.process.lever("refunds", status=status)
    asked = refund(cast, arrived, Decimal("50000.00"))
    run_workers()
    asked.refresh_from_db()

    till.process.lever("refund", refund=asked.provider_id, status="failed")
    till.heard("refund.failed", arrived, api)

    asked.refresh_from_db()
    assert (asked.state, asked.failure_code, books(arrived)) == ("failed", "lost_or_stolen_card", (AMOUNT, AMOUNT))
    assert told_of("退款未成功，50,000.00 元仍在收款方") == BOTH | {"operator"}
    page = api.as_(cast.university_finance).get(f"/payments/{arrived.id}/").content.decode()
    assert "收款的卡已挂失" in page


def test_a_late_word_of_success_does_not_undo_a_failed_refund(cast, arrived, till, api):
    asked = refund(cast, arrived, Decimal("50000.00"))
    run_workers()
    asked.refresh_from_db()
    object_now = till.stripe.refunds.retrieve(asked.provider_id).to_dict()
    signed("refund.failed", object_now | {"status": "failed"}, event_id="evt_failed").post(api)
    signed("refund.updated", object_now, event_id="evt_late").post(api)

    run_workers()

    asked.refresh_from_db()
    assert (asked.state, books(arrived)) == (Refund.State.FAILED, (AMOUNT, AMOUNT))
    assert kinds() == ["payment", "refund", "refund_failed"]


@pytest.mark.parametrize("heard", [("refund.created",), ("charge.refunded",), ("charge.refunded", "refund.created")])
def test_a_refund_made_at_the_providers_desk_is_booked_once_and_told(cast, arrived, till, api, heard):
    made = till.stripe.refunds.create({"payment_intent": arrived.provider_id, "amount": 10_000_000})
    notices = {kind: till.notice(kind, arrived) for kind in sorted(heard, reverse=True)}

    for kind in heard:
        notices[kind].post(api)
        run_workers()

    found = Refund.objects.get()
    assert (found.provider_id, found.amount, found.state) == (made.id, Decimal("100000.00"), Refund.State.SUCCEEDED)
    assert books(arrived) == (Decimal("300000.00"), Decimal("300000.00"))
    with pytest.raises(RefundTooLarge) as refused:
        refund(cast, arrived, Decimal("300000.01"))
    assert refused.value.data == {"refundable": "300000.00"}
    assert told_of("已退款 100,000.00 元") == BOTH


def test_a_refund_in_another_currency_is_not_booked(arrived, till, api):
    made = till.stripe.refunds.create({"payment_intent": arrived.provider_id, "amount": 10_000_000}).to_dict()

    signed("refund.created", made | {"currency": "idr"}).post(api)
    run_workers()

    assert (Refund.objects.count(), books(arrived)) == (0, (AMOUNT, AMOUNT))
    assert told_of("金额或币种不符") == BOTH | {"operator"}


def pay_again(cast, payment, rail=Rail.BANK_TRANSFER):
    return services.start_payment(
        actor=cast.enterprise_finance, instalment_id=payment.instalment_id, rail=rail, at=MONDAY
    )


def test_an_instalment_that_went_back_whole_can_be_paid_again_and_keeps_its_history(cast, confirmed, api):
    """The money came to the wrong account and was given back."""
    refund(cast, confirmed, AMOUNT)

    again = pay_again(cast, confirmed)

    confirmed.refresh_from_db()
    assert (confirmed.state, again.state) == (Payment.State.REFUNDED, Payment.State.AWAITING_PAYMENT)
    assert actions(confirmed)[-2:] == ["payment.succeeded", "payment.refunded"]
    page = api.as_(cast.enterprise_finance).get(f"/payments/contract/{confirmed.contract_id}/").content.decode()
    assert confirmed.no in page
    assert again.no in page


def test_control_an_instalment_that_went_back_in_part_is_not_paid_again(cast, confirmed):
    refund(cast, confirmed, AMOUNT - Decimal("0.01"))

    with pytest.raises(AlreadyPaying):
        pay_again(cast, confirmed)


def test_a_full_refund_that_fails_takes_the_instalment_again(cast, arrived, till, api):
    asked = refund(cast, arrived, AMOUNT)
    run_workers()
    arrived.refresh_from_db()
    assert arrived.state == Payment.State.REFUNDED
    asked.refresh_from_db()

    till.process.lever("refund", refund=asked.provider_id, status="failed")
    till.heard("refund.failed", arrived, api)

    assert (arrived.state, books(arrived)) == (Payment.State.SUCCEEDED, (AMOUNT, AMOUNT))
    with pytest.raises(AlreadyPaying):
        pay_again(cast, arrived)


def test_a_refund_that_fails_after_the_instalment_was_begun_anew_can_be_made_again(cast, arrived, till, api):
    asked = refund(cast, arrived, AMOUNT)
    run_workers()
    pay_again(cast, arrived)
    asked.refresh_from_db()

    till.process.lever("refund", refund=asked.provider_id, status="failed")
    till.heard("refund.failed", arrived, api)

    assert (arrived.state, books(arrived)) == (Payment.State.REFUNDED, (AMOUNT, AMOUNT))
    assert refund(cast, arrived, AMOUNT).state == Refund.State.REQUESTED
    assert JournalEntry.objects.filter(kind="payment").count() == 1


def test_refused_payments_draw_no_numbers(cast, confirmed):
    for _ in range(3):
        with pytest.raises(AlreadyPaying):
            pay_again(cast, confirmed)
    refund(cast, confirmed, AMOUNT)

    again = pay_again(cast, confirmed)

    assert int(again.no[-6:]) == int(confirmed.no[-6:]) + 1
