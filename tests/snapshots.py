"""The story of tests/story.py kept in the template database, stage by stage, and put into a test in one statement.

To a registered contract it takes 316 statements and a PDF; nearly every test of deals, contracts and figures begins
somewhere on that way. While the template is made the story is told once, inside a transaction that is undone. What it
wrote up to each stage stays behind in a schema of its own, with a function that copies it. Numbers and ids stay taken,
since sequences are not undone.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import override_settings

SCHEMA = "told"
# Filled by triggers of the tables that are sealed.
DERIVED = ("kernel_unsealedrow", "turnover_turnoversum")
COLUMNS = """
    SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' AND table_name <> ALL(%s)
    GROUP BY table_name ORDER BY table_name
"""


def keep(stages: Iterable[str]) -> None:
    """Keep what was written up to each stage; asking for the next one tells the story that far."""
    with connection.cursor() as cursor:
        columns = columns_of_tables(cursor)
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=Path(folder)), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            [begun] = cursor.fetchone()
        kept = [(stage, written(columns, begun), contents(Path(folder))) for stage in stages]
        transaction.set_rollback(True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}; CREATE TABLE {SCHEMA}.file (stage text, path text, content bytea)")
        for stage, rows, found in kept:
            store(cursor, stage, rows, columns)
            for path, content in found.items():
                cursor.execute(f"INSERT INTO {SCHEMA}.file VALUES (%s, %s, %s)", [stage, path, content])


T = TypeVar("T")
# Of this process: how often each story was asked for; of those asked for again the answer, the rows and the files.
_asked: Counter[str] = Counter()
_remembered: dict[str, tuple[Any, dict[str, bytes], dict[str, bytes]]] = {}


def remembered(key: str, tell: Callable[[], T]) -> T:
    """What `tell` answers; the third time in a process what it wrote is put back instead of being told.

    The key says what it depends on. It is told all the same where the test has told something before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, NOT EXISTS (SELECT FROM catalog_achievement)")
        begun, is_untouched = cursor.fetchone()
        if not is_untouched or not connection.in_atomic_block:
            return tell()
        if key in _remembered:
            answer, rows, files = _remembered[key]
            columns = columns_of_tables(cursor)
            for table, content in rows.items():
                with cursor.copy(f"COPY {table} ({columns[table]}) FROM STDIN") as target:
                    target.write(content)
            put(files)
            return deepcopy(answer)
        answer = tell()
        _asked[key] += 1
        if _asked[key] > 1:
            rows = written(columns_of_tables(cursor), begun)
            _remembered[key] = deepcopy(answer), rows, contents(Path(settings.MEDIA_ROOT))
    return answer


def columns_of_tables(cursor: Any) -> dict[str, str]:
    cursor.execute(COLUMNS, [list(DERIVED)])
    return dict(cursor.fetchall())


def put(files: dict[str, bytes]) -> None:
    for path, content in files.items():
        target = Path(settings.MEDIA_ROOT) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def restore(stage: str) -> bool:
    """Put what was written up to the stage into the database and the folder of files.

    False, and nothing done, where the test has told something of its own before: what a story brings is new to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regnamespace(%s) IS NOT NULL AND NOT EXISTS (SELECT FROM catalog_achievement)", [SCHEMA]
        )
        if cursor.fetchone() != (True,):
            return False
        cursor.execute(f"SELECT {SCHEMA}.{stage}()")
        cursor.execute(f"SELECT path, content FROM {SCHEMA}.file WHERE stage = %s", [stage])
        put(dict(cursor.fetchall()))
    return True


def written(columns: dict[str, str], begun: int) -> dict[str, bytes]:
    """The rows of the transaction, by table, as COPY writes them."""
    found = {}
    with connection.cursor() as cursor:
        for table, names in columns.items():
            rows = f"SELECT {names} FROM {table} WHERE xmin::text::bigint >= {begun}"
            with cursor.copy(f"COPY ({rows}) TO STDOUT") as answer:
                found[table] = b"".join(bytes(piece) for piece in answer)
    return {table: rows for table, rows in found.items() if rows}


def store(cursor: Any, stage: str, rows: dict[str, bytes], columns: dict[str, str]) -> None:
    statements = []
    for table, content in rows.items():
        own = f"{SCHEMA}.{stage}_{table}"
        cursor.execute(f"CREATE TABLE {own} AS SELECT {columns[table]} FROM {table} WITH NO DATA")
        with cursor.copy(f"COPY {own} FROM STDIN") as target:
            target.write(content)
        statements.append(f"INSERT INTO public.{table} ({columns[table]}) SELECT * FROM {own};")
    body = "\n".join(statements)
    cursor.execute(f"CREATE FUNCTION {SCHEMA}.{stage}() RETURNS void LANGUAGE sql AS $told$ {body} $told$")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
