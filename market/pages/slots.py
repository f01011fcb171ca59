"""Named places in the pages of lower rooms that higher rooms fill.

A page names a slot with the id of what it shows; whoever filled the slot serves that part at an address of its own,
which htmx loads, and which is a plain link without JavaScript.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Filling:
    """What fills a slot: the URL takes the id as its only argument."""

    url_name: str
    title: Any
    visible: Callable[[Actor], bool]


_fillings: dict[str, list[Filling]] = {}


def register(slot: str, *, url_name: str, title: Any, visible: Callable[[Actor], bool] = lambda actor: True) -> None:
    """Fill a slot; several rooms may fill one, in the order of the floors."""
    found = _fillings.setdefault(slot, [])
    if all(filling.url_name != url_name for filling in found):
        found.append(Filling(url_name, title, visible))


def fillings(slot: str, actor: Actor) -> list[Filling]:
    return [filling for filling in _fillings.get(slot, []) if filling.visible(actor)]
