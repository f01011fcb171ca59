"""One line of a file as a listing: pure, so that a bad line is refused by its number and the others go on.

Three forms are read: a patent's facts (`publication_no`, `title`, `ipc_subclasses`); a title with an id and perhaps
its `content`; and everything that the API takes for a new listing, with an `id` of the sender's choice.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from listings.catalog.data import AchievementData, DemandData

MOST_CHARACTERS = 100_000
DIFFICULTIES = 5000


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a line is left out; `line` counts from 1."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """A line as a listing, and the key by which a second import knows it again."""

    line: int
    key: str
    data: AchievementData | DemandData


def read(kind: str, line: int, text: str) -> Record | Refused:
    """The listing of a line; `kind` is "achievement" or "demand"."""
    if len(text) > MOST_CHARACTERS:
        return Refused(line, "line_too_long", f"{len(text)} > {MOST_CHARACTERS}")
    if "\x00" in text or "\\u0000" in text:
        return Refused(line, "unreadable_character", "U+0000")
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Refused(line, "json_invalid", str(error)[:200])
    if not isinstance(values, dict):
        return Refused(line, "not_an_object", type(values).__name__)
    key = str(values.pop("id", "") or values.get("publication_no", "") or hashlib.sha256(text.encode()).hexdigest())
    model = AchievementData if kind == "achievement" else DemandData
    try:
        data = model.model_validate(_patent(values) if kind == "achievement" else _demand(values))
    except ValidationError as error:
        first = error.errors()[0]
        return Refused(line, first["type"], f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:200])
    return Record(line, key[:120], data)


def _patent(values: dict[str, Any]) -> dict[str, Any]:
    """A patent's facts as an achievement: its number, its title and its classes say what it is."""
    number = values.pop("publication_no", None)
    if number is None:
        return values
    classes = values.pop("ipc_subclasses", [])
    patent = {"publication_no": number, "title": values.get("title", "")}
    return values | {"ipc_codes": classes, "ip_type": "patent", "patents": [patent]}


def _demand(values: dict[str, Any]) -> dict[str, Any]:
    """A demand's free text as its difficulties; a demand that is all title says its title."""
    content = values.pop("content", None)
    if content is None:
        return values
    text = str(content).strip() or str(values.get("title", ""))
    return values | {"difficulties": text[:DIFFICULTIES], "research_content": text[DIFFICULTIES : 2 * DIFFICULTIES]}
