"""Whatever is killed, nothing outlives the supervisor, and what it watches comes back."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.local import guard, state
from deploy.local.folder import IN_USE
from deploy.local.state import PROJECT_DIR
from tests.deploy.conftest import wait_until


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_killing_the_supervisor_leaves_no_process(stack):
    found = stack.up()
    assert len(stack.processes()) > 3

    os.kill(found.pid, signal.SIGKILL)

    wait_until(lambda: stack.processes() == {}, "every process of the folder is gone")
    assert state.read(stack.data_dir) is None


def test_killing_the_guard_leaves_no_process(stack):
    found = stack.up()

    os.kill(parent(found.pid), signal.SIGKILL)

    wait_until(lambda: stack.processes() == {}, "every process of the folder is gone")


def test_killing_guard_and_supervisor_together_leaves_no_process(stack):
    found = stack.up()

    for pid in (parent(found.pid), found.pid):
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: stack.processes() == {}, "every process of the folder is gone")


def test_a_folder_whose_supervisor_was_killed_starts_again(stack):
    first = stack.up()
    stack.ask("CREATE TABLE kept AS SELECT 1 AS value")
    os.kill(first.pid, signal.SIGKILL)

    second = stack.up()

    assert second.pid != first.pid
    assert stack.ask("SELECT value FROM kept") == 1


def test_killed_servers_come_back(stack):
    before = stack.up()
    for name in ("postgresql", "valkey"):
        os.kill(before.parts[name].pid, signal.SIGKILL)

    def are_back() -> bool:
        parts = stack.state().parts
        return all(
            parts[name].state == "ready" and parts[name].pid != before.parts[name].pid
            for name in ("postgresql", "valkey")
        )

    wait_until(are_back, "both servers are ready as new processes")
    assert stack.ask("SELECT 1") == 1
    assert "exit code -9" in (stack.data_dir / "log" / "supervisor.log").read_text()


def test_a_second_supervisor_of_one_folder_is_refused(stack):
    first = stack.up()

    command = [sys.executable, "-m", "deploy.local.supervisor", "--data", str(stack.data_dir)]
    second = subprocess.run(command, cwd=PROJECT_DIR, env=stack.environment, timeout=30)

    assert second.returncode == IN_USE
    assert stack.state().pid == first.pid


def test_a_dead_servers_number_that_went_to_another_program_does_not_stop_the_start(stack):
    stack.up()
    stack.run("down")
    record = stack.data_dir / "postgresql" / "data" / "postmaster.pid"
    record.write_text(f"{os.getpid()}\n{stack.data_dir}\n")

    stack.up()

    assert stack.ask("SELECT 1") == 1


def test_the_guard_kills_what_does_not_stop_when_asked(tmp_path):
    ready = tmp_path / "ready"
    script = f"""
import os, subprocess, sys, time
from deploy.local import guard
guard.GRACE_SECONDS = 0.2
if guard.become_guard():
    sys.exit(guard.keep(lambda sentence: None))
# A grandchild that ignores the request to stop, and whose parent is gone.
subprocess.run(["sh", "-c", "(trap '' TERM; touch {ready}; while :; do sleep 1; done) & exit 0"])
while not os.path.exists("{ready}"):
    time.sleep(0.01)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True, text=True, timeout=30)

    assert done.returncode == 128 + signal.SIGKILL, done.stderr
    assert guard.GRACE_SECONDS == 10.0
