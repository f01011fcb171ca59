"""python -m deploy.local.supervisor: starts the units in their order, watches them, stops them in good order."""

import argparse
import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from deploy.local import addresses, guard, portal, servers, state
from deploy.local.folder import IN_USE, Folder
from deploy.local.runs import Run
from deploy.local.state import Mode, State
from deploy.local.units import Unit

BUSY_SECONDS, CALM_SECONDS, STEADY_SECONDS = 0.1, 1.0, 5.0  # a death wakes it at once


def say(sentence: str) -> None:
    print(datetime.now(UTC).isoformat(timespec="milliseconds"), sentence, flush=True)


class Supervisor:
    """Runs until it is told to stop, or, where it does not stay, until no command uses its servers."""

    def __init__(self, folder: Folder, units: Sequence[Unit], *, mode: Mode, stays: bool) -> None:
        self.folder = folder
        self.mode = mode
        self.stays = stays
        self.runs = {unit.name: Run(unit, folder.log(unit.name), say) for unit in units}
        self.is_stopping = False
        self.failure = ""
        self.written: State | None = None
        self.idle_lock: IO[str] | None = None

    def run(self) -> int:
        inbox = self.listen()
        while not self.is_stopping:
            for run in self.runs.values():
                self.advance(run)
            self.stop_when_unused()
            self.write()
            select.select([inbox], [], [], self.pause_seconds())
            drain(inbox)
        self.write()
        self.stop()
        self.write()
        return 1 if self.failure else 0

    def pause_seconds(self) -> float:
        """What stays has no users to count: once settled, only a signal brings news."""
        if not self.snapshot().is_settled:
            return BUSY_SECONDS
        return STEADY_SECONDS if self.stays else CALM_SECONDS

    def listen(self) -> int:
        """A descriptor that becomes readable at each signal, so that none is slept through."""
        receive, send = os.pipe()
        for end in (receive, send):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(send)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_stop)
        signal.signal(signal.SIGUSR1, self.on_stay)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return receive

    def on_stop(self, *_: object) -> None:
        self.is_stopping = True

    def on_stay(self, *_: object) -> None:
        self.stays = True

    def advance(self, run: Run) -> None:
        if run.phase == "waiting":
            needed = [self.runs[name] for name in run.unit.after if name in self.runs]
            missing = [other.unit.name for other in needed if other.phase == "unavailable"]
            if missing:
                run.give_up(f"needs {', '.join(missing)}")
            elif all(other.phase in ("ready", "done") for other in needed):
                run.advance(self.environment())
        elif run.phase not in ("done", "unavailable", "stopped"):
            run.advance(self.environment())
        if run.phase == "unavailable" and run.unit.is_essential and not self.failure:
            self.failure = f"{run.unit.name}: {run.reason}"
            self.is_stopping = True

    def environment(self) -> Mapping[str, str]:
        return addresses.environment(self.snapshot(), self.folder)

    def stop_when_unused(self) -> None:
        if not self.stays:
            # Held until the end: a command that comes now waits, and then starts servers of its own.
            self.idle_lock = self.folder.lock("users")
            if self.idle_lock is not None:
                say("no command uses the servers any more")
                self.is_stopping = True

    def stop(self) -> None:
        """Processes first, so that the last of their work finds its servers; then the servers."""
        for is_server in (False, True):
            group = [run for run in self.runs.values() if run.unit.is_server == is_server]
            began = time.monotonic()
            for run in group:
                run.ask_to_stop()
            for run in group:
                run.wait_for_stop(began + run.unit.stop_seconds)
        say("everything is stopped")

    def snapshot(self) -> State:
        pid = os.getpid()
        parts = {name: run.part() for name, run in self.runs.items()}
        return State(
            pid=pid,
            born=state.birth(pid),
            mode=self.mode,
            parts=parts,
            stays=self.stays,
            is_stopping=self.is_stopping,
            failure=self.failure,
        )

    def write(self) -> None:
        now = self.snapshot()
        if now != self.written:
            state.write(self.folder.path, now)
            self.written = now


def drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 512):
            pass
    except BlockingIOError:
        pass


def supervise(folder: Folder, *, mode: Mode, stays: bool) -> int:
    """Hold the folder and run its stack; the exit code is IN_USE when another supervisor holds it."""
    lock = folder.lock("supervisor")
    if lock is None:
        return IN_USE
    state.forget(folder.path)
    if guard.become_guard():
        code = guard.keep(say)
        # At once: whoever waits for the lock may rely on it that no process is left, this one included.
        os._exit(code)
    units = servers.units(folder)
    if mode == "portal":
        units += portal.units(folder)
    say(f"supervisor {os.getpid()} on {folder.path}, {mode}, {sys.executable}")
    return Supervisor(folder, units, mode=mode, stays=stays).run()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.supervisor", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--mode", choices=("servers", "portal"), default="servers")
    parser.add_argument("--stays", action="store_true", help="also while no command uses the servers")
    options = parser.parse_args()
    return supervise(Folder(options.data), mode=options.mode, stays=options.stays)


if __name__ == "__main__":
    sys.exit(main())
