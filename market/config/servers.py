"""Addresses of the servers that run in a data folder, as the supervisor of `deploy/local` writes them.

`state.json` is all that the product knows of it: `pid` and `born` name the supervisor, `parts` the servers with their
`state` and `url`.
"""

import json
from pathlib import Path


def addresses(data_dir: Path) -> dict[str, str]:
    """The address of each server by name (`postgresql`, `valkey`, `elasticsearch`); none where no supervisor lives."""
    try:
        record = json.loads((data_dir / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not record["born"] or birth(record["pid"]) != record["born"]:
        return {}
    gone = ("unavailable", "stopped")
    return {name: part["url"] for name, part in record["parts"].items() if part["state"] not in gone}


def birth(pid: int) -> str:
    """When the kernel started this process, in clock ticks; tells the supervisor from a later process of its number."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if stat[0] == "Z" else stat[19]
