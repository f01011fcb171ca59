"""Everything that the portal says in Chinese it can say in English, and with the same blanks to fill."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from deploy.local.messages import FLOORS
from deploy.local.state import PROJECT_DIR

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def rooms() -> list[Path]:
    """The folders with an apps.py."""
    return sorted({path.parent for floor in FLOORS for path in (PROJECT_DIR / floor).glob("**/apps.py")})


def messages_of(room: Path) -> set[str]:
    found: set[str] = set()
    for path in room.glob("**/*"):
        if "migrations" in path.parts or path.suffix not in {".py", ".html", ".txt"} or _belongs_below(path, room):
            continue
        text = path.read_text(encoding="utf-8")
        source = text if path.suffix == ".py" else templatize(text, origin=str(path))
        for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            found |= {_in(context, one) for one in ([message] if isinstance(message, str) else message[:2])}
    return found


def _in(context: str | None, message: str) -> str:
    """The message as gettext finds it: of another context it is another message."""
    return f"{context}\x04{message}" if context else message


def _belongs_below(path: Path, room: Path) -> bool:
    return any(other != room and other.is_relative_to(room) and path.is_relative_to(other) for other in rooms())


def catalogue_of(room: Path) -> dict[str, str]:
    path = room / "locale" / "en" / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id and not entry.fuzzy]
    return {
        key: text
        for entry in entries
        for key, text in (
            zip(entry.id, entry.string, strict=True)
            if isinstance(entry.id, tuple)
            else [(_in(entry.context, entry.id), entry.string)]
        )
    }


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.relative_to(PROJECT_DIR)))
def test_every_message_is_translated_and_nothing_else_is(room):
    wanted, found = messages_of(room), catalogue_of(room)

    assert sorted(wanted - found.keys()) == []
    assert sorted(found.keys() - wanted) == []


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.relative_to(PROJECT_DIR)))
def test_translations_keep_the_blanks_and_are_english(room):
    for chinese, english in catalogue_of(room).items():
        assert sorted(BLANK.findall(chinese)) == sorted(BLANK.findall(english)), chinese
        assert english.strip(), chinese
        assert not CHINESE.search(english.replace("中文", "")), english


def test_the_same_words_are_the_same_in_every_room():
    """Django merges the catalogues, so of two translations of one message one would never be seen."""
    found: dict[str, set[str]] = {}
    for room in rooms():
        for chinese, english in catalogue_of(room).items():
            found.setdefault(chinese, set()).add(english)

    assert {chinese: words for chinese, words in found.items() if len(words) > 1} == {}
