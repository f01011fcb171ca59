"""The embedded servers; an address in the environment replaces one of them."""

import os

from deploy.local.folder import Folder
from deploy.local.servers import elasticsearch, postgresql, valkey
from deploy.local.state import State
from deploy.local.units import Unit

VARIABLES = {
    "postgresql": "DATABASE_URL",
    "valkey": "REDIS_URL",
    "elasticsearch": "ELASTICSEARCH_URL",
}


def units(folder: Folder) -> list[Unit]:
    # Elasticsearch first: it takes longest.
    modules = {"elasticsearch": elasticsearch, "postgresql": postgresql, "valkey": valkey}
    chosen = []
    for name, module in modules.items():
        given = os.environ.get(VARIABLES[name], "")
        chosen.append(module.given(given) if given else module.embedded(folder))
    return chosen


def environment(state: State, folder: Folder) -> dict[str, str]:
    """This process's environment and the addresses of the servers; a given address stays as it is."""
    found = {variable: state.url(name) for name, variable in VARIABLES.items()}
    given = {name: value for name, value in os.environ.items() if value or name not in found}
    return {**found, **given, "DATA_DIR": str(folder.path)}
