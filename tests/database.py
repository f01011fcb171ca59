"""The database of a test process: a copy of a template that holds the code lists, the plan, the cast and its story.

Two templates are kept between runs. Each bears the digest of what it was made of: the first of the migrations and the
code lists, the second, copied from it, of the whole product. A copy takes 0.2 s, so a test whose commits
are real leaves a new one behind.
"""

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from market.kernel.models import Delivery
from tests.parallel import WORKER
from tests.snapshots import contents, put

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("market", "search", "listings", "matching", "contracts")
FACTS = ("*/**/migrations/*.py", "market/kernel/ddl.py", "market/reference/**/*")
PLAN = ("contracts/turnover/**/*.py",)
TOLD = ("tests/cast.py", "tests/story.py", "tests/snapshots.py", "tests/database.py")


def prepare(tell: Callable[[], None], *, anew: bool = False) -> None:
    """Point Django at a fresh copy of the template; `tell` fills the second template where there is none."""
    run = settings.DATABASES["default"]["TEST"]["NAME"]
    whole = run.removesuffix(f"_{WORKER}") if WORKER else run
    with connection._nodb_cursor() as cursor:
        # Processes of one run wait for the first, which makes the templates for all.
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [whole])
        facts = kept(cursor, f"{whole}_facts", digest([*FACTS, *PLAN]), "template0", load_facts, anew=anew)
        told = kept(
            cursor, f"{whole}_told", digest([*(f"{floor}/**/*" for floor in FLOORS), *TOLD]), facts, tell, anew=anew
        )
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [whole])
    Copy.template, Copy.name = told, run
    renew()


class Copy:
    """The database that the tests of this process see."""

    template = ""
    name = ""


def renew(template: str = "") -> None:
    """What was committed is gone: the copy is made again, and whoever is still connected loses it."""
    connection.close()
    connection.close_pool()
    with connection._nodb_cursor() as cursor:
        drop(cursor, Copy.name)
        copy(cursor, template or Copy.template, Copy.name)
    use(Copy.name)


T = TypeVar("T")
# Of this process: what each committed story answered, and its files; its rows are in a database of its own.
_worlds: dict[str, tuple[Any, dict[str, bytes]]] = {}


def committed(key: str, tell: Callable[[], T]) -> T:
    """What `tell`, the first thing that a test commits, answers; told once, and then copied with its database.

    The key says what it depends on.
    """
    world = f"{Copy.name}_{key}"
    if key not in _worlds:
        answer = tell()
        connection.close()
        connection.close_pool()
        with connection._nodb_cursor() as cursor:
            drop(cursor, world)
            copy(cursor, Copy.name, world)
        _worlds[key] = deepcopy(answer), contents(Path(settings.MEDIA_ROOT))
        return answer
    renew(world)
    answer, files = _worlds[key]
    put(files)
    return deepcopy(answer)


def forget() -> None:
    """The copies go, the templates stay."""
    use("postgres")
    with connection._nodb_cursor() as cursor:
        for name in (Copy.name, *(f"{Copy.name}_{key}" for key in _worlds)):
            drop(cursor, name)


def load_facts() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)
    call_command("load_plan", verbosity=0)
    Delivery.objects.filter(consumer="registration.terms").delete()  # there is no term yet that it would move


def kept(cursor: Any, prefix: str, mark: str, origin: str, fill: Callable[[], None], *, anew: bool) -> str:
    """The name of the template with this mark; those of the same prefix that bear another go when it is made."""
    name = f"{prefix}_{mark}"
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{prefix}_"])
    present = {row[0] for row in cursor.fetchall()}
    if name in present and not anew:
        return name
    for old in present:
        drop(cursor, old)
    draft = f"{prefix}_draft"
    copy(cursor, origin, draft)
    use(draft)
    fill()
    connection.close()
    connection.close_pool()
    cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def digest(patterns: Iterable[str]) -> str:
    """Of the names and bytes of these files, catalogues and caches apart."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    sha256 = hashlib.sha256()
    for path in sorted(found):
        if path.suffix not in {".pyc", ".po", ".mo"} and "static" not in path.parts:
            sha256.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return sha256.hexdigest()[:12]


def copy(cursor: Any, origin: str, name: str) -> None:
    cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{origin}" STRATEGY FILE_COPY')


def drop(cursor: Any, name: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def use(name: str) -> None:
    connection.close()
    connection.close_pool()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


# Django undoes commits by emptying the tables, the code lists among them.
TransactionTestCase._fixture_teardown = lambda self: renew()
