"""From the first click to money received, over either rail."""

from datetime import date, datetime
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.agreements import policy as agreements
from contracts.agreements.models import Instalment, TechnologyContract
from contracts.payments import failures, journal, policy
from contracts.payments.events import PaymentCancelled, PaymentStarted, PaymentSucceeded
from contracts.payments.models import Payment, Rail
from contracts.payments.problems import AlreadyPaying, PaidOnInvalid, RailUnavailable
from contracts.payments.queries import PAYABLE
from contracts.payments.rails import Refused, stripe
from contracts.payments.services.notification import tell
from market.kernel import audit, files, outbox
from market.kernel.actor import SYSTEM, Actor
from market.kernel.changes import save_change
from market.kernel.clock import local_date
from market.kernel.numbering import next_number
from market.kernel.problems import InvalidInput, NotAllowed, NotFound, WrongState
from market.kernel.validation import message_of


@transaction.atomic
def start_payment(*, actor: Actor, instalment_id: UUID, rail: Rail, at: datetime) -> Payment:
    """Begin to pay an instalment of a signed contract, as the buyer.

    A bank transfer waits for its proof at once; an online payment is made known to the provider by a worker. What was
    paid and went back whole may be paid again. Raises AlreadyPaying, RailUnavailable, WrongState.
    """
    instalment = Instalment.objects.filter(pk=instalment_id).first()
    if instalment is None:
        raise NotFound
    contract = agreements.contracts.fetch(actor=actor, pk=instalment.contract_id, lock=True)
    if not (actor.acts_for(contract.buyer_id) and actor.has_role(*policy.PAYERS)):
        raise NotAllowed
    if contract.state not in PAYABLE:
        raise WrongState(state=contract.state)
    if rail == Rail.STRIPE and not stripe.is_available():
        raise RailUnavailable
    # The lock on the contract is held, so what is refused here draws no number.
    if Payment.objects.filter(instalment=instalment, state__in=Payment.LIVE).exists():
        raise AlreadyPaying
    payment = _create(actor, contract, instalment, rail, at)
    if rail == Rail.BANK_TRANSFER:
        payment.await_payment()
        payment.save()
    audit.record(
        "payment.started", actor=actor, subject=payment, at=at, changes={"amount": payment.amount, "rail": rail}
    )
    outbox.publish(PaymentStarted(payment_id=payment.id), at=at)
    return payment


def prepare_payment(*, payment_id: UUID, at: datetime) -> None:
    """Make a created online payment known to the provider; called by a worker, may be repeated.

    The provider is asked before the row is locked; our id is its idempotency key, so a repeat finds the same payment.
    Raises ProviderAway.
    """
    payment = Payment.objects.select_related("contract").get(pk=payment_id)
    if payment.rail != Rail.STRIPE or payment.state != Payment.State.CREATED:
        return
    answer = stripe.open_checkout(
        payment_id=payment.id,
        payment_no=payment.no,
        amount=payment.amount,
        currency=payment.currency,
        description=payment.contract.no,
    )
    with transaction.atomic():
        payment = Payment.objects.select_for_update(of=("self",)).select_related("contract").get(pk=payment_id)
        if payment.state == Payment.State.CREATED:
            if isinstance(answer, Refused):
                mark_failed(payment, code=answer.code, reason=answer.reason, at=at)
            else:
                payment.await_payment(session_id=answer.session_id, url=answer.url, expires_at=answer.expires_at)
                save_change(payment, actor=SYSTEM, action="payment.prepared", at=at)
            return
    if payment.state == Payment.State.CANCELLED and not isinstance(answer, Refused):
        # Cancelled while the provider was asked: the row never had the name by which it could be withdrawn.
        stripe.expire(session_id=answer.session_id)


@transaction.atomic
def submit_bank_proof(
    *, actor: Actor, payment_id: UUID, version: int | None, proof: "File[bytes]", paid_on: date, at: datetime
) -> Payment:
    """Hand in the bank's receipt; a second proof replaces the first until it is confirmed."""
    payment = _fetch(actor, payment_id, "submit_proof", version)
    if payment.rail != Rail.BANK_TRANSFER:
        raise WrongState(state=payment.state)
    signed_on, today = payment.contract.signed_on, local_date(at)
    if paid_on > today or (signed_on is not None and paid_on < signed_on):
        raise PaidOnInvalid(field="paid_on", earliest=signed_on, latest=today)
    stored = files.store(proof, actor=actor, at=at)
    payment.submit_proof(proof=stored, paid_on=paid_on, by_id=actor.user_id)
    changes = stored.evidence() | {"paid_on": paid_on}
    save_change(payment, actor=actor, action="payment.proof_submitted", at=at, changes=changes)
    tell(payment, lambda: _("请确认到账：%(no)s") % {"no": payment.no}, to=["seller"], at=at)
    return payment


@transaction.atomic
def reject_bank_proof(*, actor: Actor, payment_id: UUID, version: int | None, reason: str, at: datetime) -> Payment:
    """The money of the proof was not found; the payer is told why, and may hand in another."""
    payment = _fetch(actor, payment_id, "reject_proof", version)
    if not reason.strip():
        raise InvalidInput(errors=[{"loc": ["reason"], "code": "missing", "message": message_of("missing")}])
    payment.reject_proof(reason=reason.strip())
    save_change(payment, actor=actor, action="payment.proof_rejected", at=at, changes={"reason": payment.failure})
    tell(
        payment,
        lambda: _("凭证被退回：%(no)s") % {"no": payment.no},
        body=lambda: payment.failure_words,
        to=["buyer"],
        at=at,
    )
    return payment


@transaction.atomic
def confirm_bank_payment(*, actor: Actor, payment_id: UUID, version: int | None, at: datetime) -> Payment:
    """The receiving side has seen the money; raises SecondPersonNeeded for whoever handed in the proof."""
    payment = _fetch(actor, payment_id, "confirm", version)
    return mark_succeeded(payment, actor=actor, at=at)


@transaction.atomic
def cancel_payment(*, actor: Actor, payment_id: UUID, version: int | None, at: datetime) -> Payment:
    """Give up a payment that has not arrived; the instalment can be paid anew."""
    payment = _fetch(actor, payment_id, "cancel", version)
    payment.cancel()
    event = PaymentCancelled(payment_id=payment.id)
    save_change(payment, actor=actor, action="payment.cancelled", at=at, event=event)
    return payment


def withdraw_from_provider(*, payment_id: UUID) -> None:
    """Take a cancelled online payment back at the provider; called by a worker, may be repeated."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.session_id and payment.state == Payment.State.CANCELLED:
        stripe.expire(session_id=payment.session_id)


def mark_succeeded(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """Money has arrived: state, journal, audit and event in the caller's transaction, which holds the row's lock."""
    payment.succeed(at=at, by_id=actor.user_id)
    save_change(payment, actor=actor, action="payment.succeeded", at=at, changes={"amount": payment.amount})
    journal.book_payment(payment, at=at)
    deal_id = payment.contract.deal_id
    outbox.publish(PaymentSucceeded(payment_id=payment.id, contract_id=payment.contract_id, deal_id=deal_id), at=at)
    tell(payment, lambda: _("款项已到账：%(no)s") % {"no": payment.no}, at=at)
    return payment


def mark_failed(payment: Payment, *, code: str, reason: str = "", at: datetime) -> None:
    """No money will come by this row; the payer is told, and may pay the instalment anew. The row's lock is held."""
    payment.fail(code=code, reason=reason)
    changes = {"code": code, "reason": payment.failure}
    save_change(payment, actor=SYSTEM, action="payment.failed", at=at, changes=changes)
    tell(
        payment,
        lambda: _("支付未成功：%(no)s") % {"no": payment.no},
        body=lambda: failures.words(code, reason),
        to=["buyer"],
        at=at,
    )


def _fetch(actor: Actor, payment_id: UUID, verb: str, version: int | None) -> Payment:
    return policy.payments.fetch(
        actor=actor, pk=payment_id, verb=verb, lock=True, version=version, related=("contract",)
    )


def _create(actor: Actor, contract: TechnologyContract, instalment: Instalment, rail: Rail, at: datetime) -> Payment:
    return Payment.objects.create(
        no=next_number("FK", "payment_no_seq", at),
        contract=contract,
        instalment=instalment,
        rail=rail,
        amount=instalment.amount,
        currency=contract.currency,
        created_by_id=actor.user_id,
        created_at=at,
        updated_at=at,
    )
