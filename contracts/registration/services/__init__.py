"""What applicants and registrars do: apply, decide, and change what was registered."""

from contracts.registration.services.application import (
    apply_for_registration,
    attach_document,
    may_apply,
    submit_registration,
)
from contracts.registration.services.changes import (
    amend_registration,
    approve_change,
    cancel_registration,
    decline_change,
    revoke_registration,
)
from contracts.registration.services.correction import (
    approve_correction,
    correct_registration,
    decline_correction,
)
from contracts.registration.services.decision import (
    accept_registration,
    approve_registration,
    refuse_registration,
    register_contract,
    request_supplement,
    send_back_registration,
)
from contracts.registration.services.dissolution import tell_registry
from contracts.registration.services.record import standing_facts
from contracts.registration.services.terms import recount_terms

__all__ = [
    "accept_registration",
    "amend_registration",
    "apply_for_registration",
    "approve_change",
    "approve_correction",
    "approve_registration",
    "attach_document",
    "cancel_registration",
    "correct_registration",
    "decline_change",
    "decline_correction",
    "may_apply",
    "recount_terms",
    "refuse_registration",
    "register_contract",
    "request_supplement",
    "revoke_registration",
    "send_back_registration",
    "standing_facts",
    "submit_registration",
    "tell_registry",
]
