"""What text is kept as: one normaliser for forms, API, imports and feeds.

A character that the database, XML or a PDF cannot hold, or that makes text read otherwise than it is stored, is
refused where it enters. What programs put into text unseen is put right instead: Word's line break (U+000B), the
other line and page breaks become a newline; zero-width spaces, byte order marks and soft hyphens go; so does what is
invisible at either end. Joiners and variation selectors within a text stay: they tell characters apart.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
# Blanks and marks without a glyph; left-to-right marks wrap the numbers that phones and file dialogues copy.
BLANK = (
    r"[\s\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a\u202c\u202d\u2060-\u2066\u2069\u2800"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
OUTER = re.compile(rf"\A{BLANK}+|(?:(?![\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d]){BLANK})+\Z")
UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls other than tab and newline
    "\ud800-\udfff"  # lone surrogates
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    "\ufdd0-\ufdef"  # noncharacters, here and at the end of each plane
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def tidy(text: str) -> str:
    """The text as it is kept, unless `unfit` finds something in it."""
    return OUTER.sub("", UNSEEN.sub("", BREAKS.sub("\n", text)))


def on_one_line(text: str) -> str:
    """A title or a name: line breaks and tabs are blanks there."""
    return re.sub(r"\s*[\n\t]\s*", " ", tidy(text))


def unfit(text: str) -> str:
    """The first character that is refused, as U+0008; empty where all can be kept."""
    found = UNFIT.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def unfit_message(character: str) -> str:
    return _("含有无法保存的字符 %(character)s，请删去后重试") % {"character": character}


def mapped(values: Any, change: Callable[[str], str]) -> Any:
    """Plain values with each text in them changed, keys too."""
    if isinstance(values, str):
        return change(values)
    if isinstance(values, Mapping):
        return {mapped(key, change): mapped(value, change) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [mapped(value, change) for value in values]
    return values


def texts(values: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each text within plain values, with the way to it."""
    if isinstance(values, str):
        yield path, values
    elif isinstance(values, Mapping):
        for key, value in values.items():
            yield from texts(key, path)
            yield from texts(value, (*path, str(key)))
    elif isinstance(values, list | tuple):
        for index, value in enumerate(values):
            yield from texts(value, (*path, index))
