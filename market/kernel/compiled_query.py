"""A query that a process asks for ever, compiled once.

For a batch of ten rows, what Django adds to a query costs several times what the rows do.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

MARK: dict[type[Any], Any] = {UUID: UUID(int=0x5EA2C4), str: "\N{INVISIBLE SEPARATOR}"}


class RowsAmong:
    """`rows(values)`: those rows of a `values_list(…)` query whose column is among the values, as named tuples.

    The query is made at the first call, so that a module may hold one; it must not filter the column itself.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any, Any]], column: str, kind: type[Any] = UUID) -> None:
        self.rows, self.column, self.kind = rows, column, kind
        self._run: Callable[[Sequence[Any]], list[Any]] | None = None

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        if self._run is None:
            self._run = self._compiled()
        return self._run(values)

    def _compiled(self) -> Callable[[Sequence[Any]], list[Any]]:
        rows, mark = self.rows(), MARK[self.kind]
        compiler = rows.filter(**{f"{self.column}__in": [mark]}).query.get_compiler(using=rows.db)
        statement, given = compiler.as_sql()
        place = given.index(mark)
        parts = statement.split("%s")
        if not (parts[place].endswith(" IN (") and parts[place + 1].startswith(")")):
            raise ValueError(f"{self.column}: {statement}")
        parts[place] = f"{parts[place].removesuffix(' IN (')} = ANY("
        sql = "%s".join(parts)
        named: Any = namedtuple("Row", rows._fields)  # type: ignore[attr-defined, misc]
        converters = compiler.get_converters([found[0] for found in compiler.select])

        def run(values: Sequence[Any]) -> list[Any]:
            with connection.cursor() as cursor:
                cursor.execute(sql, (*given[:place], list(values), *given[place + 1 :]))
                found = cursor.fetchall()
            return [named._make(row) for row in compiler.apply_converters(found, converters)]

        return run
