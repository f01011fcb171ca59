from collections.abc import Callable
from typing import Any

from market.reference.identifiers.text import InvalidIdentifier


def read_or_none(parse: Callable[[str], Any], text: str) -> Any:
    """What `parse` makes of the text; anything but a value or InvalidIdentifier fails the test."""
    try:
        return parse(text)
    except InvalidIdentifier:
        return None
