"""System checks of the ground, run by `manage.py check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections

from market.kernel.lifecycle import LifecycleFlawed
from market.kernel.policy import all_lifecycles


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


def lifecycles_are_sound(**_: Any) -> list[CheckMessage]:
    """Every lifecycle can be told: none contradicts its model, and none moves an amount by one person unsaid."""
    try:
        all_lifecycles()
    except LifecycleFlawed as flaw:
        return [Error(str(flaw), id="kernel.E002")]
    return []


def chain_keeps_its_hash(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A chain that began with one hash is not carried on with another, whatever the setting says."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('kernel_sealshape') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return []
        cursor.execute("SELECT algorithm FROM kernel_sealshape ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    if row is None or row[0] == settings.AUDIT_HASH:
        return []
    return [
        Warning(
            f"The audit chain goes on with {row[0]}, with which it began; AUDIT_HASH says {settings.AUDIT_HASH}.",
            id="kernel.W001",
        )
    ]
