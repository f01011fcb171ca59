"""One line of a file as a listing: pure, so that a bad line is refused by its number and the others go on.

Three forms are read: a patent's facts (`publication_no`, `title`, `ipc_subclasses`); a title with an id and perhaps
its `content`; and everything that the API takes for a new listing, with an `id` of the sender's choice. A column may be
headed by the field's name or by its words.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from listings.catalog.data import data_of
from listings.catalog.kinds import Kind, kind_named
from market.kernel.validation import told
from market.kernel.values import ExternalId, readable

KEY: TypeAdapter[str] = TypeAdapter(Annotated[ExternalId, AfterValidator(readable), Field(max_length=120)])
MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a line is left out, in the language active then; `line` counts from 1."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """A line as a listing, and the key by which a second import knows it again."""

    line: int
    key: str
    data: Any


def read(kind: str, line: int, text: str) -> Record | Refused:
    """The listing of a line, of the kind with that code."""
    if len(text) > MOST_CHARACTERS:
        return Refused(line, "line_too_long", _("一行最多 %(most)s 个字符") % {"most": MOST_CHARACTERS})
    if any("\udc80" <= character <= "\udcff" for character in text):
        return Refused(line, "encoding_invalid", _("这一行的字节与文件编码不符"))
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        return Refused(line, "json_invalid", _("不是有效的 JSON"))
    if not isinstance(values, dict):
        return Refused(line, "not_an_object", _("应为对象"))
    try:
        key = _key(values, text)
    except ValidationError as error:
        return Refused(line, "id_invalid", f"id: {_first(error)['message']}")
    its_kind = kind_named(kind)
    try:
        data = data_of(its_kind).model_validate(its_kind.shorthand(_named(its_kind, values)))
    except ValidationError as error:
        first = _first(error)
        return Refused(line, first["code"], f"{'.'.join(map(str, first['loc']))}: {first['message']}"[:200])
    return Record(line, key, data)


def _named(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    """The values by the names of their fields."""
    if values.keys() <= data_of(kind).model_fields.keys():
        return values
    headed = kind.import_columns
    return {headed.get(name, name): value for name, value in values.items()}


def _first(error: ValidationError) -> dict[str, Any]:
    return told(error.errors(include_url=False, include_input=False))[0]


def _key(values: dict[str, Any], text: str) -> str:
    """The sender's id, else the publication number, else what the line says. Raises ValidationError."""
    given = values.pop("id", None)
    key = "" if given is None else KEY.validate_python(given)
    return key or str(values.get("publication_no", ""))[:120] or hashlib.sha256(text.encode()).hexdigest()
