"""What payers, receivers and providers do."""

from contracts.payments.services.payment import (
    PAYABLE,
    cancel_payment,
    confirm_bank_payment,
    prepare_payment,
    start_payment,
    submit_bank_proof,
    withdraw_from_provider,
)
from contracts.payments.services.provider import handle_provider_event, receive_provider_event
from contracts.payments.services.refund import carry_out_refund, refund_payment

__all__ = [
    "PAYABLE",
    "cancel_payment",
    "carry_out_refund",
    "confirm_bank_payment",
    "handle_provider_event",
    "prepare_payment",
    "receive_provider_event",
    "refund_payment",
    "start_payment",
    "submit_bank_proof",
    "withdraw_from_provider",
]
