"""What is sealed: a room registers a table whose rows are written once, and the fields that a link covers.

The trigger that notes new rows is made by a migration, with `ddl.seal_on_insert` and the same name.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, models

from market.kernel.models import ChainLink, SealShape, UnsealedRow

Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A sealed table: its columns in the order of their hashes, and those that a bundle shows as a hash only."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]
    hidden: frozenset[str]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def read(self, fields: Sequence[str], row_ids: Iterable[str]) -> dict[str, Values]:
        """The canonical texts of the fields of these rows; a row that is not there is left out."""
        asked = [row_id for row_id in row_ids if self._is_key(row_id)]
        texts = ", ".join(self.text_of(name) for name in fields) or "NULL"
        statement = f"SELECT id::text, {texts} FROM {self.table} WHERE id = ANY(%s::{self._key_type}[])"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, [asked])
            return {row[0]: row[1:] if fields else () for row in cursor.fetchall()}

    def unlinked(self) -> list[str]:
        """Ids of rows that are neither linked nor waiting: they came past the trigger."""
        statement = f"""
            SELECT id::text AS row_id FROM {self.table}
            EXCEPT SELECT row_id FROM {ChainLink._meta.db_table} WHERE source = %s
            EXCEPT SELECT row_id FROM {UnsealedRow._meta.db_table} WHERE source = %s
        """  # noqa: S608  names of the models
        with connection.cursor() as cursor:
            cursor.execute(statement, [self.name, self.name])
            return sorted(row[0] for row in cursor.fetchall())

    def text_of(self, column: str) -> str:
        """SQL for the one text that a value has, whatever the session's settings are."""
        kind = str(self.columns[column].db_type(connection)).split("(")[0]
        if kind == "timestamp with time zone":
            return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        if kind == "date":
            return f"to_char({column}, 'YYYY-MM-DD')"
        return f"encode({column}, 'hex')" if kind == "bytea" else f"{column}::text"

    @property
    def columns(self) -> dict[str, "models.Field[object, object]"]:
        return {str(field.column): field for field in self.model._meta.concrete_fields}

    @property
    def _key_type(self) -> str:
        return "uuid" if isinstance(self.model._meta.pk, models.UUIDField) else "bigint"

    def _is_key(self, row_id: str) -> bool:
        """Whether it could be a key at all: a note forged into the queue must not stop the sequencer."""
        if self._key_type == "bigint":
            return row_id.isascii() and row_id.isdigit() and len(row_id) < 19
        try:
            return str(UUID(row_id)) == row_id
        except ValueError:
            return False


def instant(at: datetime) -> str:
    """An instant as `Source.text_of` has those of the database."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_sources: dict[str, Source] = {}


def register(name: str, model: type[models.Model], *, hidden: Collection[str] = ()) -> Source:
    """Have the rows of a table sealed with all of their columns; called once, when the room starts.

    A column that is added later is covered for the rows that are sealed from then on.
    """
    fields = tuple(str(field.column) for field in model._meta.concrete_fields)
    if unknown := set(hidden) - set(fields):
        raise ValueError(f"{name} has no {sorted(unknown)}")
    source = Source(name, model, fields, frozenset(hidden))
    _sources[name] = source
    return source


def source(name: str) -> Source | None:
    return _sources.get(name)


def sources() -> list[Source]:
    return list(_sources.values())


def shape_of(found: Source, algorithm: str) -> SealShape:
    """The kept form of the registration as it is today."""
    shape, _ = SealShape.objects.get_or_create(
        source=found.name, fields=list(found.fields), hidden=sorted(found.hidden), algorithm=algorithm
    )
    return shape


def shape_of_missing(name: str, algorithm: str) -> SealShape:
    """For a row that was gone before it was sealed: a link over no field at all."""
    shape, _ = SealShape.objects.get_or_create(source=name, fields=[], hidden=[], algorithm=algorithm)
    return shape
