"""What the supervisor runs: servers, processes and one-time steps, all described in the same terms."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.downloads import Progress
from deploy.local.state import PROJECT_DIR


def nothing_to_prepare(progress: Progress) -> None:
    """Most units can start at once."""


def answers_at_once() -> bool:
    return True


@dataclass(frozen=True)
class Unit:
    """One part of the stack.

    `prepare` runs once, in a thread beside the others, before the first start, and may raise Unobtainable.
    `is_ready` asks the unit itself and may raise; it is asked until it says yes. A unit without a command belongs
    to somebody else (an address given in the environment) and is only asked. A step ends by itself, and is
    done when its exit code is 0. A process that is not ready is given up, or started again, when it has done nothing
    for `idle_seconds`: on a busy machine it may take as long as it works.
    """

    name: str
    command: Sequence[str] = ()
    after: tuple[str, ...] = ()
    url: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = PROJECT_DIR
    prepare: Callable[[Progress], None] = nothing_to_prepare
    is_ready: Callable[[], bool] = answers_at_once
    is_step: bool = False
    is_essential: bool = True
    is_server: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15
    idle_seconds: float = 60
