"""From the first click to money received, over either rail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from contracts.agreements import policy as agreements
from contracts.agreements.models import Instalment, TechnologyContract
from contracts.payments import journal, policy
from contracts.payments.events import PaymentCancelled, PaymentStarted, PaymentSucceeded
from contracts.payments.models import Payment, Rail
from contracts.payments.problems import AlreadyPaying, PaidOnInvalid, RailUnavailable
from contracts.payments.rails import Refused, stripe
from market.kernel import audit, files, outbox
from market.kernel.actor import SYSTEM, Actor, Role
from market.kernel.clock import local_date
from market.kernel.problems import NotAllowed, NotFound, SecondPersonNeeded, WrongState
from market.notices.services import notify, worded

PAYABLE = (TechnologyContract.State.SIGNED, TechnologyContract.State.EFFECTIVE, TechnologyContract.State.COMPLETED)


@transaction.atomic
def start_payment(*, actor: Actor, instalment_id: UUID, rail: Rail, at: datetime) -> Payment:
    """Begin to pay an instalment of a signed contract, as the buyer.

    A bank transfer waits for its proof at once; an online payment is made known to the provider by a worker.
    Raises AlreadyPaying, RailUnavailable, WrongState.
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
    answer = stripe.prepare(
        payment_id=payment.id, amount=payment.amount, currency=payment.currency, description=payment.contract.no
    )
    with transaction.atomic():
        payment = Payment.objects.select_for_update().get(pk=payment_id)
        if payment.state == Payment.State.CREATED:
            if isinstance(answer, Refused):
                payment.fail(reason=answer.reason)
            else:
                payment.await_payment(provider_id=answer.provider_id, provider_secret=answer.provider_secret)
            _save(payment, actor=SYSTEM, action="prepared", at=at)
            return
    if payment.state == Payment.State.CANCELLED and not isinstance(answer, Refused):
        # Cancelled while the provider was asked: the row never had the name by which it could be withdrawn.
        stripe.cancel(provider_id=answer.provider_id)


@transaction.atomic
def submit_bank_proof(
    *, actor: Actor, payment_id: UUID, version: int | None, proof: "File[bytes]", paid_on: date, at: datetime
) -> Payment:
    """Hand in the bank's receipt; a second proof replaces the first until it is confirmed."""
    payment = _fetch(actor, payment_id, "submit_proof", version)
    if payment.rail != Rail.BANK_TRANSFER or not can_proceed(payment.submit_proof):
        raise WrongState(state=payment.state)
    if paid_on > local_date(at):
        raise PaidOnInvalid
    stored = files.store(proof, actor=actor, at=at)
    payment.submit_proof(proof=stored, paid_on=paid_on, by_id=actor.user_id)
    _save(payment, actor=actor, action="proof_submitted", at=at, changes=stored.evidence() | {"paid_on": paid_on})
    notify(
        organisation_id=payment.contract.seller_id,
        roles=(Role.FINANCE,),
        kind="payment",
        title=worded(lambda: _("请确认到账：%(no)s") % {"no": payment.no}),
        body=payment.contract.title,
        url=f"/payments/{payment.id}/",
        at=at,
    )
    return payment


@transaction.atomic
def confirm_bank_payment(*, actor: Actor, payment_id: UUID, version: int | None, at: datetime) -> Payment:
    """The receiving side has seen the money; raises SecondPersonNeeded for whoever handed in the proof."""
    payment = _fetch(actor, payment_id, "confirm", version)
    if payment.state != Payment.State.PROOF_SUBMITTED:
        raise WrongState(state=payment.state)
    if actor.user_id is None or actor.user_id == payment.proof_by_id:
        raise SecondPersonNeeded
    return mark_succeeded(payment, actor=actor, at=at)


@transaction.atomic
def cancel_payment(*, actor: Actor, payment_id: UUID, version: int | None, at: datetime) -> Payment:
    """Give up a payment that has not arrived; the instalment can be paid anew."""
    payment = _fetch(actor, payment_id, "cancel", version)
    if not can_proceed(payment.cancel):
        raise WrongState(state=payment.state)
    payment.cancel()
    _save(payment, actor=actor, action="cancelled", at=at)
    outbox.publish(PaymentCancelled(payment_id=payment.id), at=at)
    return payment


def withdraw_from_provider(*, payment_id: UUID) -> None:
    """Take a cancelled online payment back at the provider; called by a worker, may be repeated."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.rail == Rail.STRIPE and payment.provider_id and payment.state == Payment.State.CANCELLED:
        stripe.cancel(provider_id=payment.provider_id)


def mark_succeeded(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """Money has arrived: state, journal, audit and event in the caller's transaction, which holds the row's lock."""
    payment.succeed(at=at, by_id=actor.user_id)
    _save(payment, actor=actor, action="succeeded", at=at, changes={"amount": payment.amount})
    journal.book_payment(payment, at=at)
    deal_id = payment.contract.deal_id
    outbox.publish(PaymentSucceeded(payment_id=payment.id, contract_id=payment.contract_id, deal_id=deal_id), at=at)
    return payment


def _fetch(actor: Actor, payment_id: UUID, verb: str, version: int | None) -> Payment:
    return policy.payments.fetch(
        actor=actor, pk=payment_id, verb=verb, lock=True, version=version, related=("contract",)
    )


def _create(actor: Actor, contract: TechnologyContract, instalment: Instalment, rail: Rail, at: datetime) -> Payment:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payment_no_seq')")
        row = cursor.fetchone()
    try:
        with transaction.atomic():
            return Payment.objects.create(
                no=f"FK{local_date(at).year}-{row[0] if row else 0:06d}",
                contract=contract,
                instalment=instalment,
                rail=rail,
                amount=instalment.amount,
                currency=contract.currency,
                created_by_id=actor.user_id,
                created_at=at,
                updated_at=at,
            )
    except IntegrityError as error:
        if "one_live_payment_per_instalment" in str(error):
            raise AlreadyPaying from error
        raise


def _save(payment: Payment, *, actor: Actor, action: str, at: datetime, changes: dict[str, Any] | None = None) -> None:
    payment.bump()
    payment.updated_at = at
    payment.save()
    audit.record(f"payment.{action}", actor=actor, subject=payment, at=at, changes=changes)
