"""The data folder: its lock, its kept secrets, its recorded ports and its logs."""

import fcntl
import json
import os
import random
import secrets
import socket
from pathlib import Path
from typing import IO

# Below the range that Linux gives to outgoing connections, so that none of those takes a recorded port.
PORTS = range(20_000, 32_000)
PORTS_FILE = "ports.json"
IN_USE = 75  # exit code of a supervisor whose folder another one holds
LOG_LIMIT_BYTES = 10_000_000


class Folder:
    """Everything that one stack keeps between starts."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (self.path / PORTS_FILE).exists() and self.path.stat().st_uid == os.getuid():
            self.path.chmod(0o700)  # it may be of a time when others could look in

    def part(self, name: str) -> Path:
        """A folder of one server, made on first use, for its owner only."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """The log of one process, for its owner only; a long one is moved aside."""
        path = self.part("log") / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        path.chmod(0o600)
        return path

    def key(self, name: str, *, prefix: str = "") -> str:
        """A random secret, made once and readable by its owner only."""
        path = self.part("keys") / name
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(prefix + secrets.token_urlsafe(40))
        except FileExistsError:
            pass
        return path.read_text()

    def port(self, name: str) -> int:
        """The recorded port of a server when it is free, else another, recorded in its place."""
        path = self.path / PORTS_FILE
        try:
            recorded: dict[str, int] = json.loads(path.read_text())
        except (OSError, ValueError):
            recorded = {}
        taken = {port for other, port in recorded.items() if other != name}
        if name not in recorded or not is_free(recorded[name]):
            recorded[name] = free_port(taken)
            draft = path.with_suffix(".new")
            draft.write_text(json.dumps(recorded))
            draft.replace(path)
        return recorded[name]

    def lock(self, name: str, *, is_shared: bool = False, waits: bool = False) -> IO[str] | None:
        """Hold something of the folder while the returned file is open; None when another process holds it.

        "supervisor" is held by the one supervisor; "users" is shared by the commands that use its servers.
        """
        file = open(self.path / f"{name}.lock", "a")  # noqa: SIM115 - the open file is the lock
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            file.close()
            return None
        return file


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers bind: a connection of the previous run that lingers in TIME_WAIT does not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(taken: set[int]) -> int:
    """A free port at random, since two checkouts may be choosing at the same moment."""
    candidates = random.sample(PORTS, k=200)
    return next(port for port in candidates if port not in taken and is_free(port))
