"""The life of a contract; who may do what in each state is walked for every lifecycle in tests/lifecycles."""

from contracts.agreements.models import TechnologyContract

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


def test_the_state_machine_has_these_moves_and_no_other():
    found = {
        (move.source, move.target): move.name
        for move in TechnologyContract(state=TechnologyContract.State.DRAFTING).get_all_state_transitions()
    }

    assert found == MOVES
