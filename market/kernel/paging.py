"""Cursors for feeds and lists, numbered pages with a count for tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem

T = TypeVar("T")
M = TypeVar("M", bound=Model)

MAX_LIMIT = 100


class InvalidCursor(Problem):
    """The cursor is forged, damaged, or belongs to another list."""

    status = 400
    code = "invalid_cursor"
    title = _("分页游标无效")


@dataclass(frozen=True, slots=True)
class CursorPage(Generic[T]):
    """`next` is an opaque token, None at the end."""

    items: Sequence[T]
    next: str | None


def encode_cursor(position: Sequence[Any], *, name: str) -> str:
    """A signed token for a position in the list called `name`."""
    plain = [value.isoformat() if isinstance(value, datetime) else str(value) for value in position]
    return signing.dumps(plain, salt=f"cursor:{name}", compress=False)


def decode_cursor(token: str, *, name: str) -> list[str]:
    """The position of a token; raises InvalidCursor."""
    if len(token) > 1000:
        raise InvalidCursor
    try:
        position = signing.loads(token, salt=f"cursor:{name}")
    except signing.BadSignature as error:
        raise InvalidCursor from error
    return list(position)


def cursor_page(
    rows: QuerySet[M, T], *, name: str, order: Sequence[str], cursor: str | None = None, limit: int = 20
) -> CursorPage[T]:
    """A page of `rows` after `cursor`, by keyset, so that page 1,000 costs what page 1 costs.

    `order` names columns without nulls, all in one direction, the last one unique: `("-published_at", "-id")`.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    columns = [column.lstrip("-") for column in order]
    rows = rows.order_by(*order)
    if cursor:
        position = decode_cursor(cursor, name=name)
        if len(position) != len(columns):
            raise InvalidCursor
        rows = rows.filter(_after(columns, position, "lt" if order[0].startswith("-") else "gt"))
    items = list(rows[: limit + 1])
    if len(items) <= limit:
        return CursorPage(items, None)
    last: Any = items[limit - 1]
    position = [last[column] if isinstance(last, dict) else getattr(last, column) for column in columns]
    return CursorPage(items[:limit], encode_cursor(position, name=name))


def _after(columns: Sequence[str], position: Sequence[str], comparison: str) -> Q:
    """The first column's bound says nothing new, but an index begins there: alternatives alone read all before it."""
    condition = Q()
    for index, column in enumerate(columns):
        equal = {columns[before]: position[before] for before in range(index)}
        condition |= Q(**equal, **{f"{column}__{comparison}": position[index]})
    return Q(**{f"{columns[0]}__{comparison}e": position[0]}) & condition


@dataclass(frozen=True, slots=True)
class TablePage(Generic[T]):
    """A numbered page, its neighbours, and the count of all rows."""

    items: Sequence[T]
    number: int
    size: int
    count: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def table_page(rows: QuerySet[M], *, number: int | str | None = 1, size: int = 20) -> TablePage[M]:
    """The page with that number; a number that is none or out of range gives the nearest page."""
    page = Paginator(rows, max(1, min(size, MAX_LIMIT))).get_page(number)
    return TablePage(list(page.object_list), page.number, page.paginator.per_page, page.paginator.count)
