"""Changes of one field of one row, drawn at random, as the database's superuser can make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection, models

from contracts.agreements.models import Signature
from contracts.registration.models import RegistrationEvent
from contracts.turnover.models import TurnoverEntry
from market.kernel.chain import sources
from market.kernel.models import AuditRow, ChainHead, ChainLink, PrivateFile
from tests.contracts.audit.bundles import superuser

# Weighed as the audit weighs them: the ledger and what it rests on most of all.
SEALED: tuple[tuple[str, type[models.Model]], ...] = (
    ("turnover.entry", TurnoverEntry),
    ("turnover.entry", TurnoverEntry),
    ("registration.event", RegistrationEvent),
    ("agreements.seal", Signature),
    ("kernel.file", PrivateFile),
    ("kernel.audit", AuditRow),
)


@dataclass(frozen=True)
class Tampering:
    """What was done, and the finding that must name it: source, row and field."""

    what: str
    source: str
    row: str
    field: str


@contextmanager
def tampered(drawn: Random) -> Iterator[Tampering]:
    """One field of one row of what is sealed is another until the block ends."""
    source_name, model = drawn.choice(SEALED)
    source = sources.source(source_name)
    assert source is not None
    pk = drawn.choice(list(model._default_manager.order_by("pk").values_list("pk", flat=True)))
    column = drawn.choice([name for name in source.fields if name != "id"])
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    with _set(model._meta.db_table, "id", pk, column, lambda old: other(field, old, drawn)):
        yield Tampering(f"{source_name} {pk} {column}", source_name, str(pk), column)


@contextmanager
def tampered_chain(drawn: Random) -> Iterator[Tampering]:
    """One field of one link is another until the block ends."""
    link = drawn.choice(list(ChainLink.objects.order_by("seq")))
    column = drawn.choice(["salt", "field_hashes", "leaf", "link", "row_id"])
    named = {"row_id": "*", "field_hashes": "hash of"}.get(column, column)
    with _set("kernel_chainlink", "seq", link.seq, column, lambda old: bent(old, drawn)):
        row = ChainLink.objects.get(seq=link.seq).row_id
        yield Tampering(f"link {link.seq} {column}", link.source, row, named)


@contextmanager
def tampered_head(drawn: Random) -> Iterator[Tampering]:
    """One field of the newest signed head is another."""
    head = ChainHead.objects.latest("seq")
    column = drawn.choice(["market", "link", "root", "at", "signature"])
    with _set("kernel_chainhead", "id", head.pk, column, lambda old: bent(old, drawn)):
        yield Tampering(f"head {head.seq} {column}", "head", ChainHead.objects.get(pk=head.pk).at, "signature")


@contextmanager
def _set(table: str, key: str, pk: Any, column: str, change: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {key} = %s", [pk])  # noqa: S608
        (old,) = cursor.fetchone()
    _write(table, key, pk, column, change(old))
    try:
        yield
    finally:
        _write(table, key, pk, column, old)


def _write(table: str, key: str, pk: Any, column: str, value: Any) -> None:
    with superuser() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [value, pk])  # noqa: S608
        assert cursor.rowcount == 1


def other(field: models.Field, old: Any, drawn: Random) -> Any:
    """SQL's value for another value of a column, as near to the old one as a forger would like."""
    kind = field.get_internal_type()
    if kind in {"UUIDField", "ForeignKey", "OneToOneField"} and not isinstance(old, int):
        return f"{drawn.getrandbits(128):032x}"
    if kind == "JSONField":
        return '{"forged": %d}' % drawn.randrange(10**6)
    if kind == "DateTimeField":
        return f"20{drawn.randrange(10, 25)}-0{drawn.randrange(1, 10)}-01 00:00:00.{drawn.randrange(10**6):06d}+00"
    if kind == "DateField":
        return f"20{drawn.randrange(10, 25)}-0{drawn.randrange(1, 10)}-01"
    if isinstance(old, str):
        length = field.max_length or 99
        return (bent(old, drawn) if old else "x")[:length]
    return old + drawn.choice([1, -1])


def bent(old: Any, drawn: Random) -> Any:
    """One bit of bytes, or one character of a text, is another."""
    at = drawn.randrange(len(old))
    if isinstance(old, str):
        return old[:at] + chr(ord(old[at]) ^ 1) + old[at + 1 :]
    return bytes([*old[:at], old[at] ^ (1 << drawn.randrange(8)), *old[at + 1 :]])
