"""What payer and receiver do to a payment; what the provider says moves it beside them."""

from django.utils.translation import gettext_lazy as _

from contracts.payments import policy, problems, services
from contracts.payments.forms import ProofForm, RefundForm, RejectForm
from contracts.payments.models import Payment, Rail
from contracts.payments.queries import refundable
from contracts.payments.schemas import ProofIn, ProofRejectIn, RefundIn
from market.kernel.actor import Actor
from market.kernel.files import FileRefused
from market.kernel.lifecycle import Endpoint, Lifecycle, OnePerson, OtherThan, Verb
from market.kernel.problems import ConfirmationNeeded
from market.pages.fields import VersionForm

State = Payment.State


def is_bank_transfer(actor: Actor, payment: Payment) -> bool:
    return payment.rail == Rail.BANK_TRANSFER


def has_money_left(actor: Actor, payment: Payment) -> bool:
    return refundable(payment) > 0


PAYMENTS = Lifecycle(
    Payment,
    "payment_id",
    (
        Verb(
            code="submit_proof",
            label=_("提交转账凭证"),
            who=policy.pays,
            transitions=(Payment.submit_proof,),
            offered=is_bank_transfer,
            service=services.submit_bank_proof,
            form=ProofForm,
            tells=("seller",),
            endpoint=Endpoint(
                about="Hand in the bank's receipt: PDF, JPEG or PNG, at most 20 MB.",
                payload=ProofIn,
                file="proof",
                refusals=(FileRefused,),
                path="proof",
            ),
        ),
        Verb(
            code="confirm",
            label=_("确认到账"),
            who=policy.receives,
            transitions=(Payment.succeed,),
            states=(State.PROOF_SUBMITTED,),  # what awaits its payment succeeds by the provider's word alone
            service=services.confirm_bank_payment,
            form=VersionForm,
            moves=_("到账金额"),
            second_person=OtherThan(lambda row: (row.proof_by_id,)),
            tells=("seller", "buyer"),
            endpoint=Endpoint(about="The receiving side has seen the money; needs an Idempotency-Key.", needs_key=True),
        ),
        Verb(
            code="reject_proof",
            label=_("退回凭证"),
            who=policy.receives,
            transitions=(Payment.reject_proof,),
            service=services.reject_bank_proof,
            form=RejectForm,
            is_grave=True,
            tells=("buyer",),
            endpoint=Endpoint(
                about="The money of the proof was not found; the payer is told the reason, and may hand in another.",
                payload=ProofRejectIn,
            ),
        ),
        Verb(
            code="refund",
            label=_("退款"),
            who=policy.receives,
            states=Payment.ARRIVED,
            offered=has_money_left,
            service=services.refund_payment,
            form=RefundForm,
            is_grave=True,
            moves=_("到账金额"),
            second_person=OnePerson("the receiver gives back its own money, and the payer is told at once"),
            tells=("seller", "buyer"),
            endpoint=Endpoint(
                about="Give back all or part; needs an Idempotency-Key.",
                payload=RefundIn,
                refusals=(problems.RefundTooLarge, ConfirmationNeeded),
                needs_key=True,
            ),
        ),
        Verb(
            code="cancel",
            label=_("取消付款"),
            who=policy.pays,
            transitions=(Payment.cancel,),
            service=services.cancel_payment,
            form=VersionForm,
            is_grave=True,
            endpoint=Endpoint(about="Give up a payment that has not arrived."),
        ),
    ),
)
