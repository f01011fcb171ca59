"""What the parties and their broker do with a contract."""

from contracts.agreements.services.drafting import (
    draft_contract,
    finalise_contract,
    reopen_contract,
    update_contract,
)
from contracts.agreements.services.ending import (
    complete_contract,
    terminate_contract,
    withdraw_abandoned,
    withdraw_contract,
)
from contracts.agreements.services.signing import sign_contract
from contracts.agreements.services.suggestion import suggested_data

__all__ = [
    "complete_contract",
    "draft_contract",
    "finalise_contract",
    "reopen_contract",
    "sign_contract",
    "suggested_data",
    "terminate_contract",
    "update_contract",
    "withdraw_abandoned",
    "withdraw_contract",
]
