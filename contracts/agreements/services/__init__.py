"""What the parties and their broker do with a contract."""

from contracts.agreements.services.drafting import (
    draft_contract,
    finalise_contract,
    reopen_contract,
    suggested_data,
    update_contract,
)
from contracts.agreements.services.ending import complete_contract, terminate_contract, withdraw_contract
from contracts.agreements.services.signing import sign_contract

__all__ = [
    "complete_contract",
    "draft_contract",
    "finalise_contract",
    "reopen_contract",
    "sign_contract",
    "suggested_data",
    "terminate_contract",
    "update_contract",
    "withdraw_contract",
]
