"""How a process is started so that it never outlives the supervisor and never runs a server as root."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
from functools import cache
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
NOBODY = 65534


def set_process_option(option: int, value: int) -> None:
    """Linux's prctl; the options used here need no privilege and cannot be refused."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_with_parent() -> None:
    set_process_option(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Descendants whose parent died become this process's own children."""
    set_process_option(PR_SET_CHILD_SUBREAPER, 1)


@cache
def has_user_namespaces() -> bool:
    command = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "true"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


def has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def death_signal(command: list[str], end: signal.Signals) -> list[str]:
    """The command, told by the kernel when its parent dies; without setpriv the guard alone sees to that."""
    if shutil.which("setpriv") is None:
        return command
    return ["setpriv", "--pdeathsig", end.name.removeprefix("SIG"), *command]


def as_server(command: list[str], end: signal.Signals) -> list[str]:
    """The command of a server that refuses to run as root, for whoever starts it.

    In a user namespace the process takes itself for `nobody` while the files stay root's, so no folder changes hands.
    Where that is refused (many containers) it becomes `nobody` and keeps one capability, so that it reaches
    a data folder below a closed home; `own` gives it its files. An ordinary user runs it as it is, except one
    whom the machine has no name for: initdb asks for it.
    """
    if os.geteuid() != 0 and has_name(os.geteuid()):
        return death_signal(command, end)
    if has_user_namespaces():
        return ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", *death_signal(command, end)]
    if os.geteuid() != 0:
        return death_signal(command, end)
    return [
        *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        # Without the last one the capability does not count for access(2), by which Java asks before it opens.
        *("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override", "--securebits", "+no_setuid_fixup"),
        *("--pdeathsig", end.name.removeprefix("SIG")),
        *command,
    ]


def own(folder: Path) -> None:
    """Give a server's folder to the user that `as_server` runs it as."""
    if os.geteuid() != 0:
        return
    owner = 0 if has_user_namespaces() else NOBODY
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid != owner:
            os.chown(path, owner, owner, follow_symlinks=False)
