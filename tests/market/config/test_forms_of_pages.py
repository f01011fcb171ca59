"""Forms that stand on one page do not act on each other, and nothing of consequence is one click."""

from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.market.config.access import PAGES, expected
from tests.market.config.test_access_pages import address
from tests.market.config.world import build_world

READERS = ("university_clerk", "enterprise_clerk", "broker", "registrar", "approver", "operator", "leader")
# What ends, refuses or takes back: the words of a button that must stand behind a question.
GRAVE = (
    "撤回",
    "下架",
    "注销",
    "撤销登记",
    "不予登记",
    "解除",
    "退款",
    "取消付款",
    "删除草稿",
    "退回",
    "结束项目",
    "记录跳单",
)


class Page(HTMLParser):
    """The ids, the labels' targets, and the words of each button with whether a question stands before it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.buttons: list[tuple[str, bool]] = []
        self._questions: list[bool] = []
        self._words: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(found["id"])
        if tag == "label" and found.get("for"):
            self.targets.append(found["for"])
        if tag == "details":
            self._questions.append("confirm" in (found.get("class") or ""))
        if tag == "button":
            self._words = []

    def handle_endtag(self, tag):
        if tag == "details" and self._questions:
            self._questions.pop()
        if tag == "button" and self._words is not None:
            self.buttons.append(("".join(self._words).strip(), any(self._questions)))
            self._words = None

    def handle_data(self, data):
        if self._words is not None:
            self._words.append(data)


_read: dict[tuple[str, str], Page] = {}


@pytest.fixture
def pages(cast, api):
    """Every page of the portal as each of those readers has it, read once for all tests of this file."""
    if not _read:
        _read.update(read_all(cast, api))
    return _read


def read_all(cast, api):
    world = build_world(cast)
    introduction = {"demand": world.story.demand.id, "achievement": world.story.achievement.id}
    found = {}
    for name in READERS:
        client = api.as_(cast.everyone[name])
        for page, rule in PAGES.items():
            if expected(rule, name, "GET") != "through":
                continue
            answer = client.get(address(page, world), introduction if page == "brokerage:introduce" else {})
            if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
                found[page, name] = Page(answer.content.decode())
    return found


def test_no_id_stands_twice_on_a_page_and_every_label_names_a_field_of_it(pages):
    faults = {
        key: ([one for one, count in Counter(page.ids).items() if count > 1], sorted(set(page.targets) - set(page.ids)))
        for key, page in pages.items()
    }

    assert {key: found for key, found in faults.items() if found != ([], [])} == {}


def test_nothing_of_consequence_is_one_click(pages):
    at_once = {
        (key, words)
        for key, page in pages.items()
        for words, asks in page.buttons
        if not asks and words.startswith(GRAVE)
    }

    assert at_once == set()
    assert any(asks for page in pages.values() for _words, asks in page.buttons)
