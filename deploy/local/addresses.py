"""The variables of the environment that say where things are."""

import os

from deploy.local.folder import Folder
from deploy.local.state import State

DEFAULT_PORT = 8000
VARIABLES = {
    "postgresql": "DATABASE_URL",
    "valkey": "REDIS_URL",
    "elasticsearch": "ELASTICSEARCH_URL",
}


# Many containers forbid Python to keep compiled modules, and each of the portal's processes then compiles 2,000 anew.
UNWANTED = ("PYTHONDONTWRITEBYTECODE",)


def environment(state: State, folder: Folder) -> dict[str, str]:
    """This process's environment and the addresses of the servers; a given address stays as it is."""
    found = {variable: state.url(name) for name, variable in VARIABLES.items()}
    given = {name: value for name, value in os.environ.items() if name not in UNWANTED and (value or name not in found)}
    return {**found, **given, "DATA_DIR": str(folder.path)}


def wanted_port() -> int:
    return int(os.environ.get("PORT") or DEFAULT_PORT)
