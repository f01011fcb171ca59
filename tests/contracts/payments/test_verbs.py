"""Every verb of a bank transfer, by page, by API and by service; and what each refuses, with nothing moved."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts.payments import services
from contracts.payments.models import Payment, Rail
from contracts.payments.problems import AlreadyPaying, RailUnavailable, RefundTooLarge
from market.kernel.files import FileRefused
from market.kernel.problems import (
    InvalidInput,
    NotAllowed,
    NotFound,
    SecondPersonNeeded,
    Stale,
    WrongState,
)
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.payments.books import AMOUNT, ZERO, actions, books, kinds
from tests.contracts.standing import refused

State = Payment.State
LATER = datetime(2026, 3, 3, 1, tzinfo=UTC)
PAID, REFUNDED = Decimal("400000.00"), Decimal("150000.00")
TRAIL = ["payment.started", "payment.proof_submitted", "payment.succeeded"]


@pytest.fixture
def instalment(cast):
    return story.signed(cast).contract.instalments.get(position=1)


def slip(name="slip.pdf", content=story.SCAN):
    return SimpleUploadedFile(name, content)


def fresh(payment):
    return Payment.objects.get(pk=payment.pk)


# By page


def test_a_transfer_goes_from_start_to_refund_by_pages_alone(cast, instalment, api):
    payer, receiver = api.as_(cast.enterprise_finance), api.as_(cast.university_finance)
    started = payer.post(f"/payments/instalment/{instalment.id}/start", {"rail": "bank_transfer"})
    payment = Payment.objects.get()
    page = f"/payments/{payment.id}/"
    assert (started.status_code, started["Location"], payment.state) == (302, page, State.AWAITING_PAYMENT)

    proof = {"version": payment.version, "proof": slip(), "paid_on": MONDAY_ON.isoformat()}
    assert payer.post(f"{page}submit_proof", proof)["Location"] == page
    assert (fresh(payment).state, fresh(payment).paid_on) == (State.PROOF_SUBMITTED, MONDAY_ON)
    assert b"".join(receiver.get(f"{page}proof-file")) == story.SCAN

    assert receiver.post(f"{page}confirm", {"version": fresh(payment).version})["Location"] == page
    assert (fresh(payment).state, books(payment)) == (State.SUCCEEDED, (AMOUNT, AMOUNT))

    asked = {"version": fresh(payment).version, "amount": "150000.00", "reason": "部分退回"}
    assert receiver.post(f"{page}refund", asked)["Location"] == page
    assert books(payment) == (PAID - REFUNDED, PAID - REFUNDED)
    assert actions(payment)[:3] == TRAIL
    assert kinds() == ["payment", "refund"]


def test_a_payment_is_cancelled_on_its_page_and_paid_anew(cast, awaiting, api):
    payer = api.as_(cast.enterprise_finance)

    answer = payer.post(f"/payments/{awaiting.id}/cancel", {"version": awaiting.version})

    assert (answer.status_code, fresh(awaiting).state) == (302, State.CANCELLED)
    assert actions(awaiting) == ["payment.started", "payment.cancelled"]
    payer.post(f"/payments/instalment/{awaiting.instalment_id}/start", {"rail": "bank_transfer"})
    assert Payment.objects.filter(instalment=awaiting.instalment_id, state=State.AWAITING_PAYMENT).count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("proof", None, "这个字段是必填项。"),
        ("proof", b"MZ\x90\x00", "不接受该类型的文件"),
        ("paid_on", "2026-03-01", "应在 2026-03-02 至"),
        ("paid_on", "昨天", "输入一个有效的日期。"),
    ],
)
def test_a_form_of_a_proof_says_beside_the_field_what_is_wrong(cast, awaiting, api, field, value, words):
    values = {"version": awaiting.version, "proof": slip(), "paid_on": MONDAY_ON.isoformat()}
    values[field] = slip("slip.exe", value) if isinstance(value, bytes) else value
    sent = {name: given for name, given in values.items() if given is not None}

    answer = api.as_(cast.enterprise_finance).post(f"/payments/{awaiting.id}/submit_proof", sent)

    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert (fresh(awaiting).state, fresh(awaiting).proof) == (State.AWAITING_PAYMENT, None)


# By API


def test_a_transfer_goes_from_start_to_refund_by_the_api_alone(cast, instalment, api):
    payer, receiver = api.as_(cast.enterprise_finance), api.as_(cast.university_finance)
    asked = {"instalment_id": str(instalment.id), "rail": "bank_transfer"}
    started = payer.send("post", "/payments", asked, key="start-1")
    assert (started.status_code, started.json()["state"]) == (201, "awaiting_payment")
    path = started["Location"]

    handed = payer.post(
        f"{path}/proof", {"proof": slip(), "paid_on": MONDAY_ON.isoformat()}, headers={"If-Match": started["ETag"]}
    )
    assert (handed.status_code, handed.json()["state"]) == (200, "proof_submitted")

    own = path.removeprefix("/api/v1")
    confirmed = receiver.send("post", f"{own}/confirm", version=handed.json()["version"], key="confirm-1")
    again = receiver.send("post", f"{own}/confirm", version=handed.json()["version"], key="confirm-1")
    assert (confirmed.status_code, confirmed.json()["state"], again.json()) == (200, "succeeded", confirmed.json())

    body = {"amount": "150000.00", "reason": "部分退回"}
    refunded = receiver.send("post", f"{own}/refund", body, version=confirmed.json()["version"], key="refund-1")
    assert [row["amount"] for row in refunded.json()["refunds"]] == ["150000.00"]
    assert kinds() == ["payment", "refund"]


def test_what_is_repeated_needs_its_key_and_what_is_changed_its_version(cast, proven, confirmed, api):
    receiver = api.as_(cast.university_finance)
    body = {"amount": "1.00", "reason": "x"}

    answers = [
        receiver.send("post", f"/payments/{proven.id}/refund", body, version=confirmed.version),
        receiver.send("post", f"/payments/{proven.id}/refund", body, key="refund-2"),
        receiver.send("post", f"/payments/{proven.id}/refund", body, version=1, key="refund-3"),
    ]

    assert [answer.status_code for answer in answers] == [400, 428, 412]
    assert books(proven) == (AMOUNT, AMOUNT)


# By service


def start(actor, instalment_id, rail=Rail.BANK_TRANSFER):
    return services.start_payment(actor=actor, instalment_id=instalment_id, rail=rail, at=MONDAY)


def test_only_the_buyers_people_start_a_payment_of_a_signed_contract_and_one_at_a_time(cast, instalment):
    with refused(NotAllowed):
        start(cast.university_finance, instalment.id)
    with refused(NotFound):
        start(cast.stranger, instalment.id)
    with refused(NotFound):
        start(cast.enterprise_finance, instalment.contract_id)
    with refused(RailUnavailable):
        start(cast.enterprise_finance, instalment.id, Rail.STRIPE)
    start(cast.enterprise_finance, instalment.id)
    with refused(AlreadyPaying):
        start(cast.enterprise_finance, instalment.id)


def submit(actor, payment, *, version=None, content=story.SCAN, name="slip.pdf"):
    return services.submit_bank_proof(
        actor=actor,
        payment_id=payment.id,
        version=version,
        proof=ContentFile(content, name),
        paid_on=MONDAY_ON,
        at=LATER,
    )


def test_a_proof_is_the_payers_a_paper_and_of_a_payment_that_waits(cast, awaiting):
    with refused(NotAllowed):
        submit(cast.university_finance, awaiting)
    with refused(Stale):
        submit(cast.enterprise_finance, awaiting, version=awaiting.version + 1)
    with refused(FileRefused):
        submit(cast.enterprise_finance, awaiting, content=b"MZ\x90\x00", name="slip.pdf")
    services.cancel_payment(actor=cast.enterprise_finance, payment_id=awaiting.id, version=None, at=LATER)
    with refused(WrongState):
        submit(cast.enterprise_finance, awaiting)


def confirm(actor, payment, *, version=None):
    return services.confirm_bank_payment(actor=actor, payment_id=payment.id, version=version, at=LATER)


def test_money_is_confirmed_once_by_the_receivers_finance_and_only_after_a_proof(cast, awaiting):
    with refused(WrongState):
        confirm(cast.university_finance, awaiting)
    proven = submit(cast.enterprise_finance, awaiting)
    for actor in (cast.enterprise_finance, cast.university_clerk):
        with refused(NotAllowed):
            confirm(actor, proven)
    with refused(Stale):
        confirm(cast.university_finance, proven, version=proven.version - 1)

    confirmed = confirm(cast.university_finance, proven)

    assert (confirmed.state, confirmed.succeeded_at, confirmed.confirmed_by_id) == (
        State.SUCCEEDED,
        LATER,
        cast.university_finance.user_id,
    )
    with refused(WrongState):
        confirm(cast.university_finance, confirmed)
    assert books(confirmed) == (AMOUNT, AMOUNT)


def test_who_handed_in_the_proof_does_not_confirm_it_whoever_he_works_for(cast, proven):
    Payment.objects.filter(pk=proven.pk).update(proof_by_id=cast.university_finance.user_id)

    with refused(SecondPersonNeeded):
        confirm(cast.university_finance, proven)

    assert (fresh(proven).state, books(proven)) == (State.PROOF_SUBMITTED, (ZERO, ZERO))


def test_a_rejected_proof_needs_its_reason_and_leaves_the_money_unbooked(cast, proven):
    def reject(actor, reason="未查到该笔款项"):
        return services.reject_bank_proof(actor=actor, payment_id=proven.id, version=None, reason=reason, at=LATER)

    with refused(NotAllowed):
        reject(cast.enterprise_finance)
    with refused(InvalidInput):
        reject(cast.university_finance, " ")

    rejected = reject(cast.university_finance)

    assert (rejected.state, rejected.failure_words) == (State.AWAITING_PAYMENT, "收款方退回了凭证：未查到该笔款项")
    assert books(rejected) == (ZERO, ZERO)
    with refused(WrongState):
        reject(cast.university_finance)


def test_what_goes_back_is_the_receivers_positive_and_never_more_than_is_left(cast, confirmed):
    def refund(actor, amount):
        return services.refund_payment(
            actor=actor, payment_id=confirmed.id, version=None, amount=Decimal(amount), reason="退", at=LATER
        )

    with refused(NotAllowed):
        refund(cast.enterprise_finance, "100000.00")
    with refused(InvalidInput):
        refund(cast.university_finance, "0.00")
    refund(cast.university_finance, "150000.00")
    with refused(RefundTooLarge) as found:
        refund(cast.university_finance, "250000.01")
    assert found.value.data == {"refundable": "250000.00"}


def test_what_has_arrived_is_not_cancelled_and_only_the_payer_cancels(cast, awaiting):
    def cancel(actor):
        return services.cancel_payment(actor=actor, payment_id=awaiting.id, version=None, at=LATER)

    with refused(NotAllowed):
        cancel(cast.university_finance)
    confirm(cast.university_finance, submit(cast.enterprise_finance, awaiting))
    with refused(WrongState):
        cancel(cast.enterprise_finance)

    assert books(awaiting) == (AMOUNT, AMOUNT)
