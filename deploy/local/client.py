"""The commands' side: start a supervisor, follow it until it is ready, use it, stop it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tqdm import tqdm

from deploy.local import addresses, isolation, state
from deploy.local.folder import IN_USE, Folder
from deploy.local.state import PROJECT_DIR, Mode, Part, State

POLL_SECONDS = 0.1
LABELS = {
    "postgresql": "PostgreSQL",
    "valkey": "Valkey",
    "elasticsearch": "Elasticsearch",
    "stripe": "Stripe sandbox",
}


class StartFailed(Exception):
    """The stack could not be started; the message is for the person at the terminal."""


def start(
    folder: Folder,
    *,
    mode: Mode,
    stays: bool,
    tell: Callable[[str], None],
    is_enough: Callable[[State], bool],
) -> State:
    """The state of the folder's supervisor, which is started where none lives, once it is enough. Raises StartFailed.

    A part that is still on its way is no failure, however long it takes: the supervisor watches that it works.
    """
    progress = Follower(tell)
    process: subprocess.Popen[bytes] | None = None
    try:
        while True:
            found = state.read(folder.path)
            if found is not None and not found.is_stopping:
                if stays and not found.stays:
                    os.kill(found.pid, signal.SIGUSR1)
                progress.show(found)
                if is_enough(found):
                    return found
            elif process is None:
                process = launch(folder, mode=mode, stays=stays)
            elif (code := process.poll()) is not None:
                if code != IN_USE:
                    raise StartFailed(failure(folder))
                process = None  # the one before is still on its way out
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        if process is not None:
            stop(folder)
        raise
    finally:
        progress.close()


def settled(found: State) -> bool:
    return found.is_settled


def early(found: State) -> bool:
    """All but Elasticsearch, which takes longest, and of which the address is known before."""
    return found.is_settled_but("elasticsearch")


def serves(found: State) -> bool:
    """The portal answers; its demonstration city and what works behind it may still be on their way."""
    return found.is_ready("web")


def launch(folder: Folder, *, mode: Mode, stays: bool) -> "subprocess.Popen[bytes]":
    """A supervisor in a session of its own, so that it outlives this command and its terminal."""
    command = [sys.executable, "-m", "deploy.local.supervisor", "--data", str(folder.path), "--mode", mode]
    with folder.log("supervisor").open("ab") as log:
        return subprocess.Popen(
            command + (["--stays"] if stays else []),
            cwd=PROJECT_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def failure(folder: Folder) -> str:
    found = state.last(folder.path)
    if found is not None and found.failure:
        reason = found.failure
    else:
        reason = (folder.log("supervisor").read_text(errors="replace").strip().splitlines() or ["no reason is known"])[
            -1
        ]
    return f"{reason}\nThe logs are in {folder.path / 'log'}"


def stop(folder: Folder) -> bool:
    """Stop the folder's supervisor and wait until everything is down; whether there was one."""
    found = state.read(folder.path)
    if found is not None:
        os.kill(found.pid, signal.SIGTERM)
    lock = folder.lock("supervisor", waits=True)  # its guard holds it until nothing is left
    if lock is not None:
        lock.close()
    return found is not None


def execute(folder: Folder, command: list[str], *, tell: Callable[[str], None], is_early: bool = False) -> int:
    """Run a command on the servers; those that were started for it end with the last command that uses them.

    Early is before Elasticsearch answers: the command waits for it where it needs it.
    """
    use = folder.lock("users", is_shared=True, waits=True)
    try:
        is_enough = early if is_early else settled
        found = start(folder, mode="servers", stays=False, tell=tell, is_enough=is_enough)
        code = run(command, addresses.environment(found, folder))
    finally:
        if use is not None:
            use.close()
        stop_if_unused(folder)
    return code


def run(command: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(isolation.death_signal(command, signal.SIGTERM), env=environment)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    # The terminal sends it to the command as well, which ends in its own way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = process.wait()
    return code if code >= 0 else 128 - code


def stop_if_unused(folder: Folder) -> None:
    found = state.read(folder.path)
    if found is None or found.stays:
        return
    alone = folder.lock("users")
    if alone is not None:
        stop(folder)
        alone.close()
    elif folder.lock("users", is_shared=True) is None:
        stop(folder)  # the supervisor has seen by itself that nobody is left


class Follower:
    """Tells the person at the terminal what became of each part, once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.told: dict[str, str] = {}
        self.bar: tqdm[None] | None = None

    def show(self, found: State) -> None:
        for part in found.parts.values():
            if part.state == "preparing" and part.done_bytes < part.total_bytes:
                self.show_download(part)
            elif part.total_bytes:
                self.close()
            if part.state in state.SETTLED and self.told.get(part.name) != part.state:
                self.close()
                self.told[part.name] = part.state
                self.tell(line(part))

    def show_download(self, part: Part) -> None:
        if self.bar is None:
            self.bar = tqdm(total=part.total_bytes, unit="B", unit_scale=True, desc=label(part.name), mininterval=0.5)
        self.bar.update(part.done_bytes - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def label(name: str) -> str:
    return LABELS.get(name, name)


def line(part: Part) -> str:
    """One line about one part, without the password of its address."""
    if part.state == "unavailable":
        return f"{label(part.name):<15} unavailable: {part.reason}"
    address = urlsplit(part.url)
    place = f"{address.hostname}:{address.port}" if address.port else address.hostname or ""
    took = f"{part.seconds:.1f} s" if part.seconds is not None else ""
    return f"{label(part.name):<15} {part.state:<6} {place:<22} {took}".rstrip()
