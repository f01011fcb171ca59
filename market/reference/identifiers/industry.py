"""国民经济行业分类 (GB/T 4754): section letter, then 2, 3 or 4 digits, each a prefix of the next."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.text import InvalidIdentifier, compact, refuse_unless

EDITION = "GB/T 4754-2017"
# First and last division of each section in that edition.
DIVISIONS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}
_SHAPE = re.compile(r"([A-Z])?(\d{2,4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Industry:
    """A well-formed code, always with its section letter."""

    value: str
    edition: str = EDITION

    def __str__(self) -> str:
        return self.value

    @property
    def section(self) -> str:
        return self.value[0]

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The codes above this one, the nearest first: C3831 → C383, C38, C."""
        return tuple(self.value[:length] for length in range(len(self.value) - 1, 0, -1) if length != 2)


def parse_industry(text: str) -> Industry:
    """The code in the text; a missing letter follows from the division: 3831 is C3831. Raises InvalidIdentifier."""
    found = _SHAPE.fullmatch(compact(text))
    if found is None or not any(found.groups()):
        raise InvalidIdentifier("shape", _("行业代码应为门类字母加2至4位数字"))
    section, digits = found.groups()
    if digits is None:
        if section not in DIVISIONS:
            raise InvalidIdentifier("section", _("行业门类应为 A 至 T"))
        return Industry(section)
    home = section_of(int(digits[:2]))
    if home is None or section not in (None, home):
        raise InvalidIdentifier("division", _("行业大类不属于该门类"))
    return Industry(home + digits)


def section_of(division: int) -> str | None:
    """The section letter of a division, None where there is no such division."""
    return next((section for section, (first, last) in DIVISIONS.items() if first <= division <= last), None)


def validate_industry(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_industry, text)
