"""The whole portal as `make run` starts it: its processes come back when killed, and none is left behind."""

import os
import signal
import socket

import pytest
import requests

from deploy.local.folder import free_port
from tests.deploy.conftest import stacks, wait_until

pytestmark = pytest.mark.slow
PROCESSES = ("web", "worker", "relay", "beat")


@pytest.fixture(scope="module")
def taken_port():
    port = free_port(set())
    with socket.create_server(("127.0.0.1", port)):
        yield port


@pytest.fixture(scope="module")
def portal(tmp_path_factory, taken_port, elasticsearch):
    with stacks(tmp_path_factory.mktemp("portal")) as make:
        stack = make(ELASTICSEARCH_URL="", PORT=str(taken_port))
        stack.started = stack.run("portal")
        assert stack.started.returncode == 0, stack.started.stderr
        wait_until(lambda: stack.state().is_settled, "the city is complete", seconds=600)
        yield stack


def parts(portal) -> dict[str, str]:
    return requests.get(f"{portal.state().url('web')}/readyz", timeout=10).json()["parts"]


def test_every_part_says_that_it_is_ready(portal):
    states = {name: part.state for name, part in portal.state().parts.items()}

    assert {name for name, state in states.items() if state == "done"} >= {"bring_up", "demo"}
    assert {name for name, state in states.items() if state == "ready"} >= {"postgresql", "elasticsearch", *PROCESSES}
    assert set(parts(portal).values()) == {"ok"}


def test_the_portal_serves_people_as_no_owner_of_its_tables(portal):
    superusers = "SELECT bool_or(usesuper) FROM pg_stat_activity JOIN pg_user USING (usename) WHERE usename <> 'market'"

    assert portal.ask(superusers) is False


def test_the_counts_of_all_web_processes_stand_in_one_answer(portal):
    address = portal.state().url("web")

    def seen() -> float:
        lines = requests.get(f"{address}/metrics", timeout=10).text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("market_requests_total{"))

    counts = [seen() for _ in range(12)]

    assert counts == sorted(set(counts))


def test_a_taken_port_is_said_and_another_one_is_used(portal, taken_port):
    address = f"http://127.0.0.1:{taken_port + 1}"

    assert f"Port {taken_port} is taken" in portal.started.stderr
    assert f"The portal: {address}" in portal.started.stdout


def test_a_second_start_says_where_the_portal_is(portal):
    pid = portal.state().pid

    again = portal.run("portal")

    assert again.returncode == 0
    assert portal.state().url("web") in again.stdout
    assert portal.state().pid == pid


def test_killed_processes_come_back(portal):
    before = portal.state().parts
    for name in PROCESSES:
        os.kill(before[name].pid, signal.SIGKILL)

    def are_back() -> bool:
        now = portal.state().parts
        return all(now[name].state == "ready" and now[name].pid != before[name].pid for name in PROCESSES)

    wait_until(are_back, "every process is ready under another number")
    assert set(parts(portal).values()) == {"ok"}


def test_the_portal_serves_a_command_too(portal):
    asked = portal.run("exec", "--", "sh", "-c", 'echo "$ELASTICSEARCH_URL"')

    assert asked.stdout.strip() == portal.state().url("elasticsearch")
    assert portal.state().mode == "portal"


def test_killing_the_supervisor_leaves_no_process(portal):
    assert len(portal.processes()) > 10

    os.kill(portal.state().pid, signal.SIGKILL)

    wait_until(lambda: portal.processes() == {}, "every process of the portal is gone")


def test_the_portal_starts_again_where_it_was_killed_and_stops_in_good_order(portal):
    assert portal.run("portal").returncode == 0
    wait_until(lambda: portal.state().is_settled, "its processes work behind the first page", seconds=600)
    assert set(parts(portal).values()) == {"ok"}

    portal.run("down")

    assert portal.processes() == {}
    last = (portal.data_dir / "log" / "supervisor.log").read_text().splitlines()[-2:]
    assert [line for line in last if "killed" in line] == []
    assert "database system is shut down" in (portal.data_dir / "log" / "postgresql.log").read_text().splitlines()[-1]
