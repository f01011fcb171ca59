"""The forms of a page, and what a browser would send of each, untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Sent:
    """A form that is posted: where to (the page itself where it says nothing), and its values."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Sent] = []
        self.form: Sent | None = None
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.form = Sent(given.get("action") or "") if given.get("method") == "post" else None
            self.forms += [self.form] if self.form else []
        if self.form is None or "disabled" in given:
            return
        if tag == "input" and given.get("name"):
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.form.add(given["name"], given.get("value") or ("on" if "checked" in given else ""))
        elif tag == "textarea":
            self.area, self.text = given["name"], ""
        elif tag == "select":
            self.select, self.first, self.is_chosen = given["name"], None, "multiple" in given
        elif tag == "option" and self.select:
            self.first = given["value"] if self.first is None else self.first
            if "selected" in given:
                self.form.add(self.select, given["value"])
                self.is_chosen = True

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if self.form is None:
            return
        if tag == "textarea" and self.area:
            self.form.add(self.area, self.text.removeprefix("\n").replace("\n", "\r\n"))
            self.area = None
        elif tag == "select" and self.select:
            if not self.is_chosen and self.first is not None:
                self.form.add(self.select, self.first)
            self.select = None
        elif tag == "form":
            self.form = None


def posted_forms(html: str) -> list[Sent]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def untouched(client: Any, address: str) -> dict[str, list[str]]:
    """Of the form of a page that is posted to the page itself."""
    [found] = [form for form in posted_forms(client.get(address).content.decode()) if not form.action]
    return found.values
