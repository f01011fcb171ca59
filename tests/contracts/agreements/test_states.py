"""The life of a contract: every verb in every state, taken from the state machine and the policy themselves."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from contracts.agreements import policy, services
from contracts.agreements.data import ContractData
from contracts.agreements.models import TechnologyContract
from market.kernel.problems import WrongState
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.standing import refused

State = TechnologyContract.State

# What may be done in each state; anything else is refused with WrongState.
OPEN: Mapping[str, set[str]] = {
    State.DRAFTING: {"update", "finalise", "withdraw"},
    State.FINAL: {"reopen", "sign", "withdraw"},
    State.SIGNED: {"terminate"},
    State.EFFECTIVE: {"complete", "terminate"},
    State.COMPLETED: set(),
    State.TERMINATED: set(),
    State.VOID: set(),
    State.WITHDRAWN: set(),
}
MOVES = {
    ("drafting", "final"): "finalise",
    ("final", "drafting"): "reopen",
    ("drafting", "withdrawn"): "withdraw",
    ("final", "withdrawn"): "withdraw",
    ("final", "signed"): "sign",
    ("signed", "effective"): "take_effect",
    ("effective", "completed"): "complete",
    ("signed", "terminated"): "terminate",
    ("effective", "terminated"): "terminate",
    ("signed", "void"): "annul",
    ("effective", "void"): "annul",
}


def verbs(actor: Any, contract: TechnologyContract) -> dict[str, Callable[[], Any]]:
    """Each verb as a call that would be right but for the state."""
    common = {"actor": actor, "contract_id": contract.id, "version": None, "at": MONDAY}
    return {
        "update": lambda: services.update_contract(**common, data=ContractData(**story.CONTRACT)),
        "finalise": lambda: services.finalise_contract(**common),
        "reopen": lambda: services.reopen_contract(**common),
        "sign": lambda: services.sign_contract(**common, scan=ContentFile(story.SCAN, "scan.pdf"), signed_on=MONDAY_ON),
        "withdraw": lambda: services.withdraw_contract(**common, reason="另行起草"),
        "complete": lambda: services.complete_contract(**common),
        "terminate": lambda: services.terminate_contract(**common, reason="双方协商解除"),
    }


def test_the_table_knows_every_state_and_every_verb():
    assert set(OPEN) == set(State)
    assert set().union(*OPEN.values()) == set(policy.contracts.verbs) == set(policy.STATES_OF)


def test_the_state_machine_has_these_moves_and_no_other():
    found = {
        (move.source, move.target): move.name
        for move in TechnologyContract(state=State.DRAFTING).get_all_state_transitions()
    }

    assert found == MOVES


@pytest.mark.parametrize("state", State)
def test_in_each_state_exactly_its_verbs_are_done_and_the_others_move_nothing(final, cast, state):
    dated = {"signed_on": MONDAY_ON} if state not in {State.DRAFTING, State.FINAL} else {}
    TechnologyContract.objects.filter(pk=final.pk).update(state=state, **dated)
    row = TechnologyContract.objects.get(pk=final.pk)

    for verb, call in verbs(cast.university_clerk, row).items():
        if verb in OPEN[state]:
            with transaction.atomic():
                assert call().version == row.version + 1, verb
                transaction.set_rollback(True)
        else:
            with refused(WrongState) as found:
                call()
            assert found.value.data == {"state": state}, verb
    assert set(policy.allowed(cast.university_clerk, row)) == OPEN[state]
