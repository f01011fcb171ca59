"""What the parties and their broker do with a contract."""

from contracts.agreements.services.drafting import (
    draft_contract,
    finalise_contract,
    reopen_contract,
    suggested_data,
    update_contract,
)
from contracts.agreements.services.signing import complete_contract, sign_contract, terminate_contract

__all__ = [
    "complete_contract",
    "draft_contract",
    "finalise_contract",
    "reopen_contract",
    "sign_contract",
    "suggested_data",
    "terminate_contract",
    "update_contract",
]
