"""A row that goes from state to state moves only from where the move begins."""

from collections.abc import Callable
from typing import Any

from django_fsm import can_proceed

from market.kernel.problems import WrongState


def require_move(row: Any, move: Callable[..., Any]) -> None:
    """Raise WrongState unless the move starts from the state that the row is in."""
    if not can_proceed(move):
        raise WrongState(state=row.state)
