"""`exec` gives a command the servers, and ends them with the last command that uses them."""

import json
import os
import signal
import subprocess
import sys

import psycopg

from deploy.local import state
from tests.deploy.conftest import wait_until

SHOW = (
    "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.endswith('_URL') or k == 'DATA_DIR'}))"
)
ASK_UNTIL_TOLD = """
import itertools, os, sys, psycopg
for line in itertools.chain(["first"], sys.stdin):
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
        print(connection.execute("SELECT 1").fetchone()[0], flush=True)
"""


def begin(stack) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        stack.command("exec", "--", sys.executable, "-c", ASK_UNTIL_TOLD),
        env=stack.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_a_command_gets_the_addresses_and_its_exit_code_is_returned(stack):
    shown = stack.run("exec", "--", sys.executable, "-c", SHOW)
    failed = stack.run("exec", "--", sys.executable, "-c", "raise SystemExit(7)")

    given = json.loads(shown.stdout)
    assert given["DATA_DIR"] == str(stack.data_dir)
    assert given["DATABASE_URL"].startswith("postgresql://market:")
    assert given["REDIS_URL"].startswith("redis://:")
    assert given["ELASTICSEARCH_URL"].startswith("http://127.0.0.1:")
    assert failed.returncode == 7
    assert stack.processes() == {}


def test_servers_that_were_up_before_stay_up(standing):
    before = standing.state()

    standing.run("exec", "--", "true")

    assert standing.state().pid == before.pid


def test_the_second_command_keeps_the_servers_when_the_first_ends(stack):
    first = begin(stack)
    assert first.stdout.readline() == "1\n"
    second = begin(stack)
    assert second.stdout.readline() == "1\n"

    first.stdin.close()
    assert first.wait(60) == 0
    second.stdin.write("again\n")
    second.stdin.flush()

    assert second.stdout.readline() == "1\n"
    second.stdin.close()
    assert second.wait(60) == 0
    assert stack.processes() == {}


def test_a_killed_command_leaves_no_servers(stack):
    command = begin(stack)
    assert command.stdout.readline() == "1\n"

    os.kill(command.pid, signal.SIGKILL)
    command.wait()

    wait_until(lambda: stack.processes() == {}, "every process of the folder is gone")


def test_up_keeps_servers_that_a_command_had_started(stack):
    command = begin(stack)
    assert command.stdout.readline() == "1\n"

    stack.up()
    command.stdin.close()
    assert command.wait(60) == 0

    assert stack.state().stays is True
    with psycopg.connect(stack.state().url("postgresql")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_unknown_command_is_an_error_and_leaves_nothing(stack):
    unknown = stack.run("exec", "--", "no-such-program")

    assert unknown.returncode == 127
    assert state.read(stack.data_dir) is None
    assert stack.processes() == {}
