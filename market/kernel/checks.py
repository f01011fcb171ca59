"""System checks of the ground, run by `manage.py check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def chinese_trigrams(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A database with locale C finds no Chinese trigrams; ours is built with builtin C.UTF-8."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_encoding_to_char(encoding), datlocale, datcollate FROM pg_database"
            " WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    encoding, locale, collate = row if row else ("", None, "")
    if encoding == "UTF8" and (locale or collate) not in {"C", "POSIX"}:
        return []
    return [
        Error(
            "The database must be UTF-8 with a locale that knows Chinese.",
            hint="initdb --locale-provider=builtin --builtin-locale=C.UTF-8",
            id="kernel.E001",
        )
    ]
