"""A stack starts, keeps what it was given, and leaves nothing behind when it stops."""

import os
import stat

import psycopg
import pytest
import redis

from deploy.local import state
from deploy.local.folder import Folder
from deploy.local.servers import postgresql
from market.kernel.ddl import append_only
from tests.deploy.conftest import status


def test_what_was_stored_is_there_after_a_stop_and_a_start(stack):
    first = stack.up()
    stack.ask("CREATE TABLE kept AS SELECT '瑞金' AS name")
    redis.Redis.from_url(first.url("valkey")).set("kept", "1")

    stack.run("down")
    second = stack.up()

    assert stack.ask("SELECT name FROM kept") == "瑞金"
    assert redis.Redis.from_url(second.url("valkey")).get("kept") == b"1"
    assert second.url("postgresql") == first.url("postgresql")
    assert second.url("valkey") == first.url("valkey")


def test_the_cluster_finds_chinese_trigrams(standing):
    standing.ask("CREATE EXTENSION pg_trgm")

    assert standing.ask("SELECT cardinality(show_trgm('铜基新材料'))") == 6


def test_a_wrong_password_is_refused(standing):
    place = standing.state().url("postgresql").partition("@")[2]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://market:wrong@{place}", connect_timeout=5)


def test_the_portals_role_writes_rows_and_is_bound_by_what_keeps_them(standing):
    operation = append_only("kept")
    standing.ask("CREATE TABLE kept (id serial, name text)")
    standing.ask(operation.sql)
    url = postgresql.portal_url(Folder(standing.data_dir), standing.state().url("postgresql"))

    with psycopg.connect(url, autocommit=True) as portal:
        portal.execute("INSERT INTO kept (name) VALUES ('瑞金')")
        assert portal.execute("SELECT id, name FROM kept").fetchall() == [(1, "瑞金")]
        for forbidden in (
            "UPDATE kept SET name = ''",
            "DELETE FROM kept",
            "TRUNCATE kept",
            "ALTER TABLE kept DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "CREATE TABLE other (id int)",
            "ALTER ROLE market_portal SUPERUSER",
        ):
            with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)):
                portal.execute(forbidden)

    # The owner, as whom the portal used to come, switches the guard off.
    standing.ask("ALTER TABLE kept DISABLE TRIGGER ALL; DELETE FROM kept")


def test_secrets_are_readable_by_their_owner_only(standing):
    files = [
        standing.data_dir / "state.json",
        *(standing.data_dir / "keys").iterdir(),
        *(standing.data_dir / "log").iterdir(),
    ]

    assert [path.name for path in files if stat.S_IMODE(os.stat(path).st_mode) != 0o600] == []


def test_status_names_each_server_with_its_state(stack, standing):
    assert status(stack) is None
    assert stack.run("status").returncode == 3

    found = status(standing)

    assert {name: part["state"] for name, part in found["parts"].items()} == {
        "postgresql": "ready",
        "valkey": "ready",
        "elasticsearch": "ready",
    }


def test_down_leaves_no_process_and_no_state(stack):
    stack.up()
    assert stack.processes() != {}

    stopped = stack.run("down")

    assert stopped.returncode == 0
    assert stack.processes() == {}
    assert state.read(stack.data_dir) is None


def test_two_folders_run_side_by_side(stack, standing):
    ours, theirs = stack.up(), standing.state()

    assert ours.url("postgresql") != theirs.url("postgresql")
    assert stack.ask("SELECT 1") == standing.ask("SELECT 1") == 1


def test_a_given_address_replaces_the_server(make_stack, standing):
    url = standing.state().url("postgresql")

    guest = make_stack("guest", DATABASE_URL=url)
    found = guest.up()

    assert found.url("postgresql") == url
    assert found.parts["postgresql"].pid is None
    assert not (guest.data_dir / "postgresql").exists()


@pytest.mark.slow
def test_a_given_address_that_does_not_answer_stops_the_start(make_stack):
    guest = make_stack(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    refused = guest.run("up")

    assert refused.returncode == 1
    assert "postgresql: no answer, and idle for" in refused.stderr


def test_without_user_namespaces_the_servers_start_too(make_stack, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in reversed(os.environ["PATH"].split(os.pathsep)):
        for program in os.scandir(folder) if os.path.isdir(folder) else ():
            if program.name != "unshare":
                (programs / program.name).unlink(missing_ok=True)
                (programs / program.name).symlink_to(program.path)
    stack = make_stack(PATH=str(programs))

    stack.up()

    assert stack.ask("SELECT 1") == 1


def test_a_folder_with_spaces_and_chinese_characters_serves(make_stack):
    stack = make_stack("瑞金 的 数据")

    stack.up()

    assert stack.ask("SELECT 1") == 1
