"""行政区划代码 (GB/T 2260): the shape of a code; which codes exist, and when, is the code list `region`.

Six digits name a province, a prefecture or a county, nine a town or street below a county.
"""

import re
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.text import InvalidIdentifier, compact, refuse_unless

Level = Literal["province", "prefecture", "county", "town"]
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_SHAPE = re.compile(r"([1-8][1-9]|50)(\d\d)(\d\d)(\d{3})?", re.ASCII)
_COUNTIES_RUN_BY_THE_PROVINCE = "90"


@dataclass(frozen=True, slots=True)
class Region:
    """A well-formed code."""

    value: str

    def __str__(self) -> str:
        return self.value

    @property
    def level(self) -> Level:
        if len(self.value) == 9:
            return "town"
        if self.value[4:] != "00":
            return "county"
        return "prefecture" if self.value[2:4] != "00" else "province"

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The codes above this one, the nearest first: 360781 → 360700, 360000."""
        above = (self.value[:6], self.value[:4] + "00", self.value[:2] + "0000")
        return tuple(dict.fromkeys(code for code in above if code != self.value))

    @property
    def is_placeholder(self) -> bool:
        """True for grouping rows such as 市辖区 (360701) that nobody is located in."""
        prefecture, county = self.value[2:4], self.value[4:6]
        if self.value[:2] in MUNICIPALITIES:
            return prefecture in {"01", "02"} and county == "00"
        if prefecture == _COUNTIES_RUN_BY_THE_PROVINCE:
            return county == "00"
        return county == "01"


def parse_region(text: str) -> Region:
    """The code in the text. Raises InvalidIdentifier."""
    value = compact(text)
    found = _SHAPE.fullmatch(value)
    if found is None:
        raise InvalidIdentifier("shape", _("行政区划代码应为6位或9位数字，前两位为省级代码"))
    _province, prefecture, county, town = found.groups()
    if prefecture == "00" and county != "00":
        raise InvalidIdentifier("county_without_prefecture", _("行政区划代码有县级而缺少地级"))
    if town is not None and (county == "00" or town == "000"):
        raise InvalidIdentifier("town_without_county", _("乡镇级代码应在县级代码之下"))
    return Region(value)


def parse_party_location(text: str) -> Region:
    """As `parse_region`, for where a party sits: a grouping row is refused. Raises InvalidIdentifier."""
    region = parse_region(text)
    if region.is_placeholder:
        raise InvalidIdentifier("placeholder", _("该代码只用于汇总，不能作为单位所在地"))
    return region


def validate_region(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_region, text)


def validate_party_location(text: str) -> None:
    """For model and form fields that say where a party sits."""
    refuse_unless(parse_party_location, text)
