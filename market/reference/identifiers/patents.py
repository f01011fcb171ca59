"""Chinese patent numbers: application numbers (ZC 0006-2003) and publication numbers.

A patent number is `ZL` and the application number. Only application numbers carry a check digit.
"""

import re
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.text import InvalidIdentifier, cleaned, compact, refuse_unless

PatentType = Literal["invention", "utility_model", "design"]
TYPE_OF_DIGIT: dict[str, PatentType] = {
    "1": "invention",
    "2": "utility_model",
    "3": "design",
    "8": "invention",
    "9": "utility_model",
}
PCT_DIGITS = frozenset("89")
FIRST_YEAR, FIRST_LONG_YEAR, LAST_SHORT_YEAR, LAST_YEAR = 1985, 2003, 2003, 2099
# Space may stand between prefix, year, type and serial, and nowhere else.
_APPLICATION = re.compile(r"(?:(?:ZL|CN) ?)?(\d{4}|\d{2}) ?(\d) ?(\d{7}|\d{5})(?:\.?([\dX]))?", re.ASCII)
_PUBLICATION = re.compile(r"CN([123])(\d{8}|\d{6})([A-Z]\d?)", re.ASCII)
_KINDS_OF_TYPE: dict[PatentType, str] = {"invention": "ABC", "utility_model": "UY", "design": "SD"}
_GRANT_KINDS = "BCUYSD"


@dataclass(frozen=True, slots=True)
class ApplicationNumber:
    """An application number whose check digit is right; `value` has neither prefix nor space."""

    year: int
    type_digit: str
    serial: str
    check: str

    def __str__(self) -> str:
        return self.value

    @property
    def value(self) -> str:
        year = self.year % 100 if len(self.serial) == 5 else self.year
        return f"{year:02d}{self.type_digit}{self.serial}.{self.check}"

    @property
    def patent_type(self) -> PatentType:
        return TYPE_OF_DIGIT[self.type_digit]

    @property
    def is_pct(self) -> bool:
        """True for an international application that entered the national phase."""
        return self.type_digit in PCT_DIGITS

    @property
    def patent_no(self) -> str:
        """The number of the granted patent."""
        return f"ZL{self.value}"


@dataclass(frozen=True, slots=True)
class PublicationNumber:
    """A publication or grant number: `CN`, a serial, and the kind of document."""

    serial: str
    kind: str

    def __str__(self) -> str:
        return self.value

    @property
    def value(self) -> str:
        return f"CN{self.serial}{self.kind}"

    @property
    def patent_type(self) -> PatentType:
        return TYPE_OF_DIGIT[self.serial[0]]

    @property
    def is_grant(self) -> bool:
        """True where the document announces a granted right."""
        return self.kind[0] in _GRANT_KINDS


def check_digit(digits: str) -> str:
    """The check digit of the 8 or 12 digits before the dot; `X` stands for ten."""
    total = sum(int(digit) * (2 + position % 8) for position, digit in enumerate(digits))
    return "0123456789X"[total % 11]


def parse_application_no(text: str) -> ApplicationNumber:
    """The application number in the text, with or without `ZL`, `CN` and the dot. Raises InvalidIdentifier."""
    found = _APPLICATION.fullmatch(cleaned(text))
    if found is None:
        raise InvalidIdentifier("shape", _("专利申请号应为8位或12位数字加一位校验位"))
    year_digits, type_digit, serial, check = found.groups()
    if (len(year_digits) == 4) != (len(serial) == 7):
        raise InvalidIdentifier("shape", _("专利申请号应为8位或12位数字加一位校验位"))
    year = _year(year_digits)
    if type_digit not in TYPE_OF_DIGIT:
        raise InvalidIdentifier("type_digit", _("专利申请号的种类号应为1、2、3、8或9"))
    if check is None:
        raise InvalidIdentifier("check_digit_missing", _("专利申请号缺少小数点后的校验位"))
    if check != check_digit(year_digits + type_digit + serial):
        raise InvalidIdentifier("check_digit", _("专利申请号校验位不正确"))
    return ApplicationNumber(year, type_digit, serial, check)


def _year(digits: str) -> int:
    """The year of filing: long numbers began in October 2003, short ones ended with it."""
    if len(digits) == 4:
        year, first, last = int(digits), FIRST_LONG_YEAR, LAST_YEAR
    else:
        short = int(digits)
        year, first, last = short + (1900 if short >= 85 else 2000), FIRST_YEAR, LAST_SHORT_YEAR
    if not first <= year <= last:
        raise InvalidIdentifier("year", _("专利申请号的年份与位数不符"))
    return year


def is_publication_shaped(text: str) -> bool:
    """Whether the text can only be meant as a publication number: CN before it, a letter of a kind at its end."""
    try:
        return re.fullmatch(r"CN[\dX.]*[A-WYZ]\d?", compact(text), re.ASCII) is not None
    except InvalidIdentifier:
        return False


def parse_publication_no(text: str) -> PublicationNumber:
    """The publication or grant number in the text, such as CN114735076B. Raises InvalidIdentifier."""
    found = _PUBLICATION.fullmatch(compact(text))
    if found is None:
        raise InvalidIdentifier("shape", _("专利公开（公告）号应为 CN 加7位或9位数字加文献种类代码"))
    first, rest, kind = found.groups()
    if kind[0] not in _KINDS_OF_TYPE[TYPE_OF_DIGIT[first]]:
        raise InvalidIdentifier("kind", _("文献种类代码与专利类型不符"))
    return PublicationNumber(first + rest, kind)


def normalise_application_no(text: str) -> str:
    """The application number as it is stored: 201310699744.2. Raises InvalidIdentifier."""
    return parse_application_no(text).value


def normalise_publication_no(text: str) -> str:
    """The publication number as it is stored: CN114735076B. Raises InvalidIdentifier."""
    return parse_publication_no(text).value


def validate_application_no(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_application_no, text)


def validate_publication_no(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_publication_no, text)


def number_forms(application: str, publication: str) -> list[str]:
    """The ways in which people type a patent's number: with and without country, kind letter and check digit."""
    forms: list[str] = []
    if publication:
        unlettered = re.sub(r"[A-Z]\d?$", "", publication)
        forms += [form for number in (publication, unlettered) for form in (number, number.removeprefix("CN"))]
    if application:
        unchecked = application.rpartition(".")[0] or application
        forms += [f"{country}{number}" for number in (application, unchecked) for country in ("", "ZL", "CN")]
    return list(dict.fromkeys(forms))
