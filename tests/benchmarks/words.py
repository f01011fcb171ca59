"""Words of which invented listings are made: what, how, where, how well, and the sentences around them."""

from pathlib import Path

FILE = Path(__file__).parent / "words.txt"
_PARTS = dict(part.strip().split("\n", 1) for part in FILE.read_text(encoding="utf-8").split("\n\n"))

THINGS = tuple(_PARTS["things"].split())
WAYS = tuple(_PARTS["ways"].split())
FORMS = tuple(_PARTS["forms"].split())
QUALITIES = tuple(_PARTS["qualities"].split())
PLACES = tuple(_PARTS["places"].split())
MEASURES = tuple(_PARTS["measures"].split())
UNITS = tuple(_PARTS["units"].split())
PROBLEMS = tuple(_PARTS["problems"].split())
SENTENCES = tuple(_PARTS["sentences"].splitlines())
WISHES = tuple(_PARTS["wishes"].splitlines())
NEEDS = tuple(_PARTS["needs"].splitlines())
