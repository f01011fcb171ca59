"""What applicants and registrars do: apply, decide, and change what was registered."""

from contracts.registration.services.application import (
    applicant_of,
    apply_for_registration,
    submit_registration,
)
from contracts.registration.services.changes import amend_registration, cancel_registration, revoke_registration
from contracts.registration.services.decision import (
    accept_registration,
    approve_registration,
    refuse_registration,
    register_contract,
    request_correction,
)

__all__ = [
    "accept_registration",
    "amend_registration",
    "applicant_of",
    "apply_for_registration",
    "approve_registration",
    "cancel_registration",
    "refuse_registration",
    "register_contract",
    "request_correction",
    "revoke_registration",
    "submit_registration",
]
