"""The supervisor's parent: when the supervisor is killed, nothing of what it started is left behind.

The kernel's death signal reaches each process that the supervisor itself started, but not what those started,
and not a process that was just about to ask for it. Orphans of the supervisor become children of the guard,
so the guard knows them all without having been told.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.local import isolation

GRACE_SECONDS = 10.0

_supervisor = 0


def become_guard() -> bool:
    """Fork: the parent (True) guards, the child (False) goes on as the supervisor and ends with its parent."""
    global _supervisor
    isolation.adopt_orphans()
    _supervisor = os.fork()
    if _supervisor == 0:
        isolation.end_with_parent()
    return _supervisor != 0


def keep(say: Callable[[str], None]) -> int:
    """Wait for the supervisor's end, then for the end of everything it left; its exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: os.kill(_supervisor, received))
    code = None
    while code is None:
        pid, status = os.wait()
        if pid == _supervisor:
            code = os.waitstatus_to_exitcode(status)
    if code < 0:
        say(f"the supervisor was ended by signal {-code}; what it started is stopped")
    sweep(say)
    return code if code >= 0 else 128 - code


def sweep(say: Callable[[str], None]) -> None:
    """Ask every orphan to stop, then kill what is left, until this process has no descendants."""
    deadline = time.monotonic() + GRACE_SECONDS
    asked: set[int] = set()
    while reap():
        for pid in children():
            if time.monotonic() > deadline:
                say(f"process {pid} did not stop in time, killed")
                os.kill(pid, signal.SIGKILL)
            elif pid not in asked:
                os.kill(pid, signal.SIGTERM)
                asked.add(pid)
        time.sleep(0.05)


def reap() -> bool:
    """Take leave of the children that ended; whether any are left."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def children() -> Iterator[int]:
    """Own children: nobody else reaps them, so none of these numbers can have passed to another process."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        if parent == os.getpid():
            yield int(stat.parent.name)
