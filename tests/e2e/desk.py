"""One person's browser: what they open, type, press and read."""

import io
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.proxy import Proxy


@dataclass(frozen=True)
class Portal:
    """Where the portal is, the password of its demo accounts, and the proxy before its Elasticsearch."""

    address: str
    password: str
    engine: Proxy


class Desk:
    """Speaks of labels and buttons as the page shows them, so that a missing label fails."""

    def __init__(self, portal: Portal, context: Any, folder: Path) -> None:
        self.portal, self.context, self.folder = portal, context, folder
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        # htmx tells there of a request that a later one replaced.
        if kind == "error" and text not in {"htmx:sendAbort", "htmx:afterRequest"}:
            self.complaints.append(text)

    def sign_in(self, email: str) -> None:
        self.open("/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", self.portal.password)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.get_by_role("button", name="退出").wait_for()

    def open(self, path: str) -> "Desk":
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return self

    def follow(self, name: str | re.Pattern[str], *, within: str = "main") -> "Desk":
        """Press the first link of that name, also one that looks like a button, and wait for its page."""
        part = self.page.locator(within)
        link = part.get_by_role("link", name=name).or_(part.locator("a[role=button]").filter(has_text=name))
        with self.page.expect_navigation():
            link.first.click()
        return self

    def fill(self, **fields: Any) -> "Desk":
        """Type into the form by the fields' names; a select takes its value, a file field its path."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]").first
            kind = field.evaluate(
                "element => (element.closest('details.confirm')?.setAttribute('open', ''), element.type)"
            )
            if kind == "select-one":
                field.select_option(value)
            elif kind == "file":
                field.set_input_files(str(value))
            else:
                field.fill(str(value))
        return self

    def press(self, name: str) -> "Desk":
        """Press the button of that name, and answer its question; the page that follows has no refusal on it."""
        main = self.page.locator("main")
        question = main.locator("details.confirm").filter(has=self.page.get_by_text(name, exact=True))
        if question.count():
            question.first.evaluate("element => element.setAttribute('open', '')")
            name = f"确定{name}"
        with self.page.expect_navigation():
            main.get_by_role("button", name=name, exact=True).first.click()
        refusals = self.page.locator(".errors, .errorlist, .message.error").all_inner_texts()
        assert refusals == [], f"{name}: {refusals}"
        return self

    def reads(self, text: str) -> bool:
        """Wait until the page shows the text."""
        self.page.get_by_text(text).first.wait_for()
        return True

    def scan(self, name: str) -> Path:
        """A picture as a scanner makes one; each name gives other bytes."""
        colour = sum(name.encode()) % 200
        content = io.BytesIO()
        sheet = Image.new("RGB", (840, 1188), "white")
        ImageDraw.Draw(sheet).ellipse((460, 840, 700, 1080), outline=(colour, 30, 30), width=9)
        sheet.save(content, "PNG")
        path = self.folder / f"{name}.png"
        path.write_bytes(content.getvalue())
        return path

    def yuan(self, selector: str) -> Decimal:
        """The first exact amount in a part of the page."""
        text = self.page.locator(selector).first.inner_text()
        found = re.search(r"[\d,]+\.\d\d", text)
        assert found is not None, text
        return Decimal(found[0].replace(",", ""))
