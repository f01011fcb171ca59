"""What payers, receivers and providers do."""

from contracts.payments.services.account import set_payee_account
from contracts.payments.services.payment import (
    cancel_payment,
    confirm_bank_payment,
    prepare_payment,
    reject_bank_proof,
    start_payment,
    submit_bank_proof,
    withdraw_from_provider,
)
from contracts.payments.services.provider import (
    follow_up_checkout,
    handle_provider_event,
    overdue_checkouts,
    receive_provider_event,
)
from contracts.payments.services.refund import carry_out_refund, refund_payment

__all__ = [
    "cancel_payment",
    "carry_out_refund",
    "confirm_bank_payment",
    "follow_up_checkout",
    "handle_provider_event",
    "overdue_checkouts",
    "prepare_payment",
    "receive_provider_event",
    "refund_payment",
    "reject_bank_proof",
    "set_payee_account",
    "start_payment",
    "submit_bank_proof",
    "withdraw_from_provider",
]
