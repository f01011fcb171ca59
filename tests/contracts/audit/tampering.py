"""Changes of one field of one row, drawn at random, as the database's superuser can make them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import IntegrityError, connection, models

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
class Cell:
    table: str
    key: str
    pk: Any
    column: str

    def read(self) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {self.column} FROM {self.table} WHERE {self.key} = %s", [self.pk])  # noqa: S608
            return cursor.fetchone()[0]

    def write(self, value: Any) -> None:
        with superuser() as cursor:
            cursor.execute(f"UPDATE {self.table} SET {self.column} = %s WHERE {self.key} = %s", [value, self.pk])  # noqa: S608
            assert cursor.rowcount == 1


@dataclass(frozen=True)
class Tampering:
    """What is done to a cell, and the finding that must name it: source, row and field."""

    source: str
    row: str
    field: str
    cell: Cell
    change: Callable[[Any], Any]


def tampering(drawn: Random) -> Tampering:
    """Some field of some row of what is sealed."""
    source_name, model = drawn.choice(SEALED)
    source = sources.source(source_name)
    assert source is not None
    pk = drawn.choice(list(model._default_manager.order_by("pk").values_list("pk", flat=True)))
    column = drawn.choice([name for name in source.fields if name != "id"])
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    return Tampering(
        source_name, str(pk), column, Cell(model._meta.db_table, "id", pk, column), lambda old: other(field, old, drawn)
    )


def chain_tampering(drawn: Random) -> Tampering:
    """Some field of some link; under another id it leaves one row without, and names one that is not there."""
    link = drawn.choice(list(ChainLink.objects.order_by("seq")))
    column = drawn.choice(["salt", "field_hashes", "leaf", "link", "row_id"])
    names = {"row_id": "*", "field_hashes": "hash of"}
    cell = Cell("kernel_chainlink", "seq", link.seq, column)
    return Tampering(link.source, link.row_id, names.get(column, column), cell, lambda old: bent(old, drawn))


def head_tampering(drawn: Random) -> Tampering:
    """Some field of the newest signed head, whose signature then no longer holds."""
    head = ChainHead.objects.latest("seq")
    column = drawn.choice(["market", "link", "root", "at", "signature"])
    cell = Cell("kernel_chainhead", "id", head.pk, column)
    return Tampering("head", head.at, "signature", cell, lambda old: bent(old, drawn))


@contextmanager
def done(draw: Callable[[Random], Tampering], drawn: Random) -> Iterator[Tampering]:
    """A tampering that the database's constraints let through, until the block ends."""
    while True:
        made = draw(drawn)
        old = made.cell.read()
        try:
            made.cell.write(made.change(old))
        except IntegrityError:
            continue
        break
    try:
        yield made
    finally:
        made.cell.write(old)


def other(field: models.Field, old: Any, drawn: Random) -> Any:
    """SQL's value for another value of a column, as near to the old one as a forger would like."""
    kind = field.get_internal_type()
    if kind in {"UUIDField", "ForeignKey", "OneToOneField"} and not isinstance(old, int):
        return f"{drawn.getrandbits(128):032x}"
    if kind == "JSONField":
        return json.dumps({"forged": drawn.randrange(10**6)})
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
