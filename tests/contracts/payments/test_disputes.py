"""A payer's bank takes money back: it is booked when it moves, and both sides and the operator are told."""

import itertools

import pytest

from contracts.payments import services
from contracts.payments.models import Dispute, Payment, Rail
from contracts.payments.problems import AlreadyPaying, RefundTooLarge
from tests.cast import MONDAY
from tests.contracts.payments.books import AMOUNT, BOTH, ZERO, actions, books, kinds, told_of
from tests.running import run_workers

DISPUTE = "charge.dispute"


@pytest.fixture
def disputed(arrived, till, api):
    """The bank asked for the whole payment, and the provider took it."""
    till.process.lever("dispute", payment_intent=arrived.provider_id)
    till.heard(f"{DISPUTE}.created", arrived, api)
    till.heard(f"{DISPUTE}.funds_withdrawn", arrived, api)
    return Dispute.objects.get()


def pay_again(cast, payment):
    return services.start_payment(
        actor=cast.enterprise_finance, instalment_id=payment.instalment_id, rail=Rail.BANK_TRANSFER, at=MONDAY
    )


def test_a_disputed_payment_is_no_longer_received_and_everybody_concerned_is_told(cast, arrived, disputed, api):
    assert (disputed.state, disputed.amount, disputed.answer_by is not None) == (Dispute.State.OPEN, AMOUNT, True)
    assert books(arrived) == (ZERO, ZERO)
    assert kinds() == ["payment", "dispute"]
    assert told_of("付款被提出争议，金额 400,000.00 元") == BOTH | {"operator"}
    assert told_of("因争议被扣回 400,000.00 元") == BOTH | {"operator"}
    assert actions(disputed) == ["dispute.opened", "dispute.withdrawn"]
    page = api.as_(cast.university_finance).get(f"/payments/{arrived.id}/").content.decode()
    assert "款项已被支付机构扣回" in page
    assert 'id="step-refund"' not in page
    [told] = api.as_(cast.enterprise_finance).send("get", f"/payments/{arrived.id}").json()["disputes"]
    assert (told["state"], told["amount"], told["reason"]) == ("open", "400000.00", "fraudulent")


def test_what_is_taken_for_a_dispute_cannot_be_refunded_and_its_instalment_not_be_paid_anew(cast, arrived, disputed):
    with pytest.raises(RefundTooLarge) as refused:
        services.refund_payment(
            actor=cast.university_finance, payment_id=arrived.id, version=None, amount=AMOUNT, reason="x", at=MONDAY
        )
    assert refused.value.data == {"refundable": "0.00"}
    with pytest.raises(AlreadyPaying):
        pay_again(cast, arrived)


def test_a_won_dispute_brings_the_money_back(arrived, disputed, till, api):
    till.process.lever("close_dispute", dispute=disputed.provider_id, status="won")
    till.heard(f"{DISPUTE}.closed", arrived, api)
    till.heard(f"{DISPUTE}.funds_reinstated", arrived, api)

    disputed.refresh_from_db()
    assert (disputed.state, arrived.state, books(arrived)) == (Dispute.State.WON, "succeeded", (AMOUNT, AMOUNT))
    assert kinds() == ["payment", "dispute", "dispute_reinstated"]
    assert told_of("争议已有结果") == BOTH | {"operator"}


def test_a_lost_dispute_leaves_the_instalment_to_be_paid_again(cast, arrived, disputed, till, api):
    till.process.lever("close_dispute", dispute=disputed.provider_id, status="lost")
    till.heard(f"{DISPUTE}.closed", arrived, api)

    disputed.refresh_from_db()
    assert (disputed.state, arrived.state, books(arrived)) == (Dispute.State.LOST, "refunded", (ZERO, ZERO))
    assert pay_again(cast, arrived).state == Payment.State.AWAITING_PAYMENT


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_notices_of_a_dispute_in_any_order_end_the_same(arrived, till, api, order):
    dispute = till.process.lever("dispute", payment_intent=arrived.provider_id)
    till.process.lever("close_dispute", dispute=dispute["id"], status="won")
    names = ("created", "funds_withdrawn", "closed", "funds_reinstated")
    notices = [till.notice(f"{DISPUTE}.{name}", arrived) for name in names]

    for place in (*order, *order):
        assert notices[place].post(api).status_code == 204
        run_workers()

    arrived.refresh_from_db()
    assert (Dispute.objects.get().state, arrived.state, books(arrived)) == ("won", "succeeded", (AMOUNT, AMOUNT))
    assert sorted(kinds()) == ["dispute", "dispute_reinstated", "payment"]
