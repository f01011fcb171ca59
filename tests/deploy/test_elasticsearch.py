"""The real Elasticsearch of the stack: started, killed, and missed."""

import os
import signal

import pytest
import requests

from tests.deploy.conftest import wait_until


# That nothing outlives the supervisor is shown of the quicker servers in test_death.py.
@pytest.mark.slow
def test_killing_the_supervisor_leaves_neither_java_process(make_stack):
    stack = make_stack(ELASTICSEARCH_URL="")
    found = stack.up()
    health = requests.get(f"{found.url('elasticsearch')}/_cluster/health", timeout=5).json()
    java = [words for words in stack.processes().values() if "java-runtime/bin/java" in words]

    os.kill(found.pid, signal.SIGKILL)

    assert health["status"] == "green"
    assert len(java) == 2
    wait_until(lambda: stack.processes() == {}, "every process of the folder is gone")


def test_where_it_cannot_be_fetched_the_rest_starts_and_one_line_says_so(make_stack, tmp_path):
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    stack = make_stack(ELASTICSEARCH_URL="", DOWNLOADS_DIR=str(tmp_path / "empty"), **nowhere)

    started = stack.run("up")

    assert started.returncode == 0, started.stderr
    lines = [line for line in started.stderr.splitlines() if "unavailable" in line]
    assert len(lines) == 1
    assert lines[0].startswith("Elasticsearch   unavailable: the download failed: ProxyError")
    found = stack.state()
    assert found.url("elasticsearch") == ""
    assert stack.ask("SELECT 1") == 1
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["lock"]
    assert stack.run("exec", "--", "sh", "-c", 'test -z "$ELASTICSEARCH_URL"').returncode == 0
