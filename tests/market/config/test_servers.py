"""The product reads the supervisor's file by itself: what one writes, the other finds."""

import os
from dataclasses import replace

import pytest

from deploy.local import state
from deploy.local.state import Part, State
from market.config import servers
from market.config.environment import Environment

PARTS = {
    "postgresql": Part("postgresql", state="ready", url="postgresql://u:p@127.0.0.1:5433/market"),
    "valkey": Part("valkey", state="starting", url="redis://127.0.0.1:6380"),
    "elasticsearch": Part("elasticsearch", state="unavailable", url="http://127.0.0.1:9201"),
}


@pytest.fixture
def alive():
    return State(pid=os.getpid(), born=state.birth(os.getpid()), mode="servers", parts=PARTS)


@pytest.fixture
def nothing_given(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_addresses_are_those_of_what_is_up_or_on_its_way_up(alive, tmp_path):
    state.write(tmp_path, alive)

    found = servers.addresses(tmp_path)

    assert found == {"postgresql": PARTS["postgresql"].url, "valkey": PARTS["valkey"].url}
    assert all(found.get(name, "") == alive.url(name) for name in PARTS)


@pytest.mark.parametrize("change", [{"pid": 2**22 + 1}, {"born": "1"}, {"born": ""}])
def test_a_supervisor_that_is_gone_has_no_addresses(alive, change, tmp_path):
    state.write(tmp_path, replace(alive, **change))

    assert servers.addresses(tmp_path) == {}


@pytest.mark.parametrize("content", [None, "", '{"pid": 1'])
def test_where_nobody_wrote_there_are_none(content, tmp_path):
    if content is not None:
        (tmp_path / "state.json").write_text(content)

    assert servers.addresses(tmp_path) == {}


def test_an_address_that_is_given_comes_before_what_runs(alive, nothing_given, tmp_path):
    state.write(tmp_path, alive)

    environment = Environment(data_dir=tmp_path, redis_url="redis://valkey.example").with_local_servers()

    assert environment.database_url == PARTS["postgresql"].url
    assert environment.redis_url == "redis://valkey.example"
    assert environment.elasticsearch_url == ""
