"""The menu: rooms add their items, each reader sees those that are for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from market.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu; `visible` decides who is shown it, the page itself decides who may."""

    label: Any
    url_name: str
    visible: Callable[[Actor], bool]
    order: int

    @property
    def url(self) -> str:
        return reverse(self.url_name)


_items: dict[str, Item] = {}


def register(label: Any, url_name: str, *, visible: Callable[[Actor], bool], order: int) -> None:
    """Add an item to the menu."""
    _items[url_name] = Item(label, url_name, visible, order)


def items_for(actor: Actor) -> list[Item]:
    return sorted((item for item in _items.values() if item.visible(actor)), key=lambda item: item.order)
