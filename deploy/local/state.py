"""What the supervisor of a data folder says about itself, in `state.json`.

The product reads the addresses in it by itself (`market/config/servers.py`) and imports nothing of this package.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Phase = Literal["waiting", "preparing", "starting", "ready", "done", "stopped", "unavailable"]
Mode = Literal["servers", "portal"]
SETTLED: frozenset[Phase] = frozenset({"ready", "done", "unavailable"})
PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Part:
    """One server, process or step, as last seen by the supervisor."""

    name: str
    state: Phase = "waiting"
    url: str = ""
    reason: str = ""
    pid: int | None = None
    seconds: float | None = None
    done_bytes: int = 0
    total_bytes: int = 0


@dataclass(frozen=True)
class State:
    """A living supervisor and its parts."""

    pid: int
    born: str
    mode: Mode
    parts: Mapping[str, Part] = field(default_factory=dict)
    # False: it ends when no command uses it any more.
    stays: bool = True
    is_stopping: bool = False
    failure: str = ""

    def url(self, name: str) -> str:
        """The address of a server that is up or on its way up; empty where it is unavailable or unknown."""
        part = self.parts.get(name)
        return part.url if part is not None and part.state not in ("unavailable", "stopped") else ""

    def is_ready(self, name: str) -> bool:
        return name in self.parts and self.parts[name].state == "ready"

    @property
    def is_settled(self) -> bool:
        """Nothing is on its way any more: each part is ready, done or unavailable."""
        return self.is_settled_but()

    def is_settled_but(self, *names: str) -> bool:
        """As `is_settled`, whatever the named parts are at."""
        return bool(self.parts) and all(part.state in SETTLED or part.name in names for part in self.parts.values())


def default_folder() -> Path:
    return Path(os.environ.get("DATA_DIR") or PROJECT_DIR / ".local").resolve()


def birth(pid: int) -> str:
    """When the kernel started this process, empty when it is gone; tells a process from a later one of its number."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    is_zombie = fields[0] == "Z"
    return "" if is_zombie else fields[19]


def last(data_dir: Path) -> State | None:
    """The last state that was written here, whether or not its supervisor lives."""
    try:
        record = json.loads((data_dir / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    parts = {name: Part(**values) for name, values in record.pop("parts").items()}
    return State(**record, parts=parts)


def read(data_dir: Path) -> State | None:
    """The state of the supervisor of this folder, or None when none is alive."""
    state = last(data_dir)
    return state if state is not None and state.born and birth(state.pid) == state.born else None


def write(data_dir: Path, state: State) -> None:
    """Replace the file in one step: a reader sees the old state or the new one, never a half."""
    draft = data_dir / f".state.{state.pid}.json"
    # The addresses carry passwords.
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(state), file, indent=1)
    draft.replace(data_dir / "state.json")


def forget(data_dir: Path) -> None:
    """Remove what a supervisor that is gone wrote."""
    (data_dir / "state.json").unlink(missing_ok=True)
