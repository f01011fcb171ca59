"""A number typed as a query leads straight to its thing; each room that owns numbers registers how to find them."""

from collections.abc import Callable

from market.kernel.actor import Actor
from search.find.query import SearchQuery

# From the actor and the number in capitals without blanks, dots and hyphens to an address that the actor may read.
Finder = Callable[[Actor, str], str | None]
_finders: dict[str, Finder] = {}


def register(name: str, finder: Finder) -> None:
    """Have a number that is typed as a query lead straight to its thing."""
    _finders[name] = finder


def address_of(actor: Actor, query: SearchQuery) -> str | None:
    """Where the number leads, or None: it is no number, nobody has it, or the actor may not see what has it."""
    number = query.identifier
    if query.phrases or query.excluded or len(number) < 8 or not number.isascii():
        return None
    if sum(char.isdigit() for char in number) < 6:
        return None
    return next((found for finder in _finders.values() if (found := finder(actor, number))), None)
