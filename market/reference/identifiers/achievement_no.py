"""科技成果登记号: department or region, year, kind of achievement, serial."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.text import InvalidIdentifier, compact, refuse_unless

_SHAPE = re.compile(r"([0-9A-Z]{3})(\d{4})([A-Z])(\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AchievementNo:
    """A number in its parts; `kind` is Y for applied technology."""

    value: str
    department: str
    year: int
    kind: str
    serial: str

    def __str__(self) -> str:
        return self.value


def parse_achievement_no(text: str) -> AchievementNo:
    """The number in the text, space and case aside. Raises InvalidIdentifier."""
    value = compact(text)
    found = _SHAPE.fullmatch(value)
    if found is None:
        raise InvalidIdentifier("shape", _("科技成果登记号应为12位，形如 3602024Y0001"))
    department, year, kind, serial = found.groups()
    return AchievementNo(value, department, int(year), kind, serial)


def validate_achievement_no(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_achievement_no, text)
