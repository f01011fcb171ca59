"""The embedded servers; an address in the environment replaces one of them."""

import os

from deploy.local.addresses import VARIABLES
from deploy.local.folder import Folder
from deploy.local.servers import elasticsearch, postgresql, valkey
from deploy.local.units import Unit


def units(folder: Folder) -> list[Unit]:
    # Elasticsearch first: it takes longest.
    modules = {"elasticsearch": elasticsearch, "postgresql": postgresql, "valkey": valkey}
    chosen = []
    for name, module in modules.items():
        given = os.environ.get(VARIABLES[name], "")
        chosen.append(module.given(given) if given else module.embedded(folder))
    return chosen
