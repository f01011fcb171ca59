"""How typed identifiers are cleaned before they are read, and how an unreadable one is refused."""

import unicodedata
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from market.kernel.text import tidy

MAX_LENGTH = 64


class InvalidIdentifier(ValueError):
    """The text is not such an identifier; `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


AROUND = " \t\n'\"`´‘’“”„＇＂「」『』"


def cleaned(text: str) -> str:
    """The text in upper case, full-width characters narrowed, inner space single.

    What spreadsheets and chat programs put around a number is gone: space, quotes, characters that are not seen.

    Raises InvalidIdentifier("too_long") before any work is done on a text longer than any identifier.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidIdentifier("too_long", _("号码过长"))
    bare = tidy(tidy(text).strip(AROUND))
    return " ".join(unicodedata.normalize("NFKC", bare).upper().split())


def compact(text: str) -> str:
    """As `cleaned`, with all space gone."""
    return cleaned(text).replace(" ", "")


def refuse_unless(parse: Callable[[str], Any], text: str) -> None:
    """Raise Django's ValidationError where `parse` refuses the text."""
    try:
        parse(text)
    except InvalidIdentifier as refusal:
        raise ValidationError(str(refusal), code=refusal.code) from refusal
