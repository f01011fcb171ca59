"""The life of an application; who may do what in each state is walked for every lifecycle in tests/lifecycles."""

from contracts.registration.lifecycle import REGISTRATIONS
from contracts.registration.models import Registration

MOVES = {
    ("draft", "submitted"): "submit",
    ("correction_requested", "submitted"): "submit",
    ("submitted", "accepted"): "accept",
    ("submitted", "correction_requested"): "request_supplement",
    ("accepted", "correction_requested"): "request_supplement",
    ("accepted", "second_review"): "escalate",
    ("second_review", "accepted"): "send_back",
    ("accepted", "registered"): "register",
    ("second_review", "registered"): "register",
    ("submitted", "refused"): "refuse",
    ("accepted", "refused"): "refuse",
    ("second_review", "refused"): "refuse",
    ("registered", "cancelled"): "cancel",
    ("registered", "revoked"): "revoke",
}


def test_the_state_machine_has_these_moves_and_no_other():
    found = {(move.source, move.target): move.name for move in Registration().get_all_state_transitions()}

    assert found == MOVES


def test_what_is_over_is_where_no_verb_starts():
    live = frozenset().union(*(verb.sources for verb in REGISTRATIONS.verbs))

    assert set(Registration.State) - live == set(Registration.OVER)
