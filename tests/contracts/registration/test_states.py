"""The life of an application: every verb in every state, taken from the state machine and the policy themselves."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from contracts.registration import policy, services
from contracts.registration.models import Registration
from market.kernel.actor import Role
from market.kernel.problems import NotFound, WrongState
from tests import story
from tests.cast import MONDAY, MONDAY_ON, member
from tests.contracts.registration.desk import paper
from tests.contracts.standing import refused

State = Registration.State

# What may be done in each state; anything else is refused with WrongState.
OPEN: Mapping[str, set[str]] = {
    State.DRAFT: {"submit", "attach"},
    State.SUBMITTED: {"accept", "request_correction", "refuse"},
    State.ACCEPTED: {"request_correction", "register", "refuse"},
    State.CORRECTION_REQUESTED: {"submit", "attach"},
    State.SECOND_REVIEW: {"approve", "send_back", "refuse"},
    State.REGISTERED: {"amend", "cancel", "revoke", "correct"},
    State.REFUSED: set(),
    State.CANCELLED: set(),
    State.REVOKED: set(),
}
MOVES = {
    ("draft", "submitted"): "submit",
    ("correction_requested", "submitted"): "submit",
    ("submitted", "accepted"): "accept",
    ("submitted", "correction_requested"): "request_correction",
    ("accepted", "correction_requested"): "request_correction",
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
RECOGNISED = {"contract_amount": Decimal("1000000.00"), "technology_amount": Decimal("780000.00")}
DATED = {"registration_no": "2026360701000001", "registered_on": MONDAY_ON, **RECOGNISED}
NUMBERED = {State.SECOND_REVIEW, State.REGISTERED, State.CANCELLED, State.REVOKED}


def verbs(cast: Any, row: Registration) -> dict[str, tuple[Any, Callable[[], Any]]]:
    """Who does each verb, and the call that would be right but for the state."""
    common = {"registration_id": row.id, "version": None, "at": MONDAY}
    against = {"grounds": ["other"], "remark": ""}
    ending = {"effective_on": MONDAY_ON, "reason": "x"}
    amended = {"contract_amount": Decimal("2000000.00"), "technology_amount": Decimal("780000.00")}
    number = {"registration_no": "2026360701000001", "registered_on": MONDAY_ON}
    calls = {
        "submit": (cast.university_clerk, services.submit_registration, {}),
        "attach": (cast.university_clerk, services.attach_document, {"kind": "proof", "document": paper()}),
        "send_back": (cast.approver, services.send_back_registration, against),
        "accept": (cast.registrar, services.accept_registration, {}),
        "request_correction": (cast.registrar, services.request_correction, against),
        "register": (cast.registrar, services.register_contract, number | RECOGNISED),
        "refuse": (cast.registrar, services.refuse_registration, against),
        "approve": (cast.approver, services.approve_registration, {}),
        "amend": (cast.registrar, services.amend_registration, amended | ending | {"document": paper()}),
        "correct": (cast.registrar, services.correct_registration, amended | {"facts": {}, "reason": "x"}),
        "cancel": (cast.registrar, services.cancel_registration, ending | {"document": paper()}),
        "revoke": (cast.registrar, services.revoke_registration, ending | {"document": paper()}),
    }
    return {
        verb: (actor, lambda service=service, actor=actor, more=more: service(actor=actor, **common, **more))
        for verb, (actor, service, more) in calls.items()
    }


def test_the_table_knows_every_state_and_every_verb():
    assert set(OPEN) == set(State)
    assert set().union(*OPEN.values()) == set(policy.registrations.verbs) == set(policy.STATES_OF)


def test_the_state_machine_has_these_moves_and_no_other():
    found = {(move.source, move.target): move.name for move in Registration().get_all_state_transitions()}

    assert found == MOVES


def test_what_is_over_in_the_table_is_what_a_new_application_may_follow():
    assert {state for state in State if not OPEN[state]} == set(Registration.OVER)


@pytest.mark.parametrize("state", State)
def test_in_each_state_exactly_its_verbs_are_done_and_the_others_move_nothing(accepted, cast, state):
    if state == State.REGISTERED:
        story.register(accepted)  # with the event that the later verbs stand on
    values = DATED if state in NUMBERED else {}
    Registration.objects.filter(pk=accepted.registration.pk).update(state=state, **values)
    row = Registration.objects.get(pk=accepted.registration.pk)
    offered = set()

    for verb, (actor, call) in verbs(cast, row).items():
        if verb in OPEN[state]:
            with transaction.atomic():
                assert call().version == row.version + 1, verb
                transaction.set_rollback(True)
        elif state == State.DRAFT:
            with refused(NotFound):  # the registry does not know of what was not handed in
                call()
        else:
            with refused(WrongState) as found:
                call()
            assert found.value.data == {"state": state}, verb
        offered |= {verb} & set(policy.allowed(actor, row))
    assert offered == OPEN[state]


def test_someone_with_every_role_of_the_registry_is_offered_only_what_the_state_allows(accepted, cast):
    everything = member(cast.registry, "everything", *Role)
    everyone = [*cast.everyone.values(), everything]

    for state in State:
        Registration.objects.filter(pk=accepted.registration.pk).update(
            state=state, **(DATED if state in NUMBERED else {})
        )
        row = Registration.objects.get(pk=accepted.registration.pk)
        assert set().union(*(policy.allowed(actor, row) for actor in everyone)) == OPEN[state]
