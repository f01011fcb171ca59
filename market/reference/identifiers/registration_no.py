"""技术合同登记编号: given by the registry, typed in, never made here.

Sixteen digits: year, province and prefecture (GB/T 2260), registry point, serial. Before them fourteen, with a
two-digit year. There is no check digit, and numbers of the system of 2023 may be built otherwise, so what looks
odd is a warning and never a refusal.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.text import InvalidIdentifier, compact, refuse_unless

# 技术合同 have been registered since 1985: a two-digit year below is of this century.
FIRST_YEAR = 85
_SHAPE = re.compile(r"(\d{4}|\d{2})(\d{4})(\d{2})(\d{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RegistrationNo:
    """A number in its parts; `region` is the first four digits of the registry's GB/T 2260 code."""

    value: str
    year: int
    region: str
    office: str
    serial: str

    def __str__(self) -> str:
        return self.value

    @property
    def is_legacy(self) -> bool:
        return len(self.value) == 14


@dataclass(frozen=True, slots=True)
class Oddity:
    """What a person should look at again; `code` is stable."""

    code: str
    message: str | Promise


def parse_registration_no(text: str) -> RegistrationNo:
    """The number in the text, space aside. Raises InvalidIdentifier."""
    value = compact(text)
    found = _SHAPE.fullmatch(value)
    if found is None:
        raise InvalidIdentifier("shape", _("登记编号应为16位数字，早期编号为14位"))
    year_digits, region, office, serial = found.groups()
    year = int(year_digits)
    if len(year_digits) == 2:
        year += 1900 if year >= FIRST_YEAR else 2000
    return RegistrationNo(value, year, region, office, serial)


def oddities(number: RegistrationNo, *, registered_on: date, region: str) -> tuple[Oddity, ...]:
    """What does not fit the registration: `region` is the registry's GB/T 2260 code, `registered_on` its date."""
    found = []
    if number.year != registered_on.year:
        found.append(Oddity("year", _("登记编号中的年份与登记日期不一致")))
    if number.region != region[:4]:
        found.append(Oddity("region", _("登记编号中的地区与登记机构所在地区不一致")))
    if not number.serial.strip("0"):
        found.append(Oddity("serial", _("登记编号中的序号为零")))
    return tuple(found)


def validate_registration_no(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_registration_no, text)
