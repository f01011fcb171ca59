"""统一社会信用代码 (GB 32100-2015): 18 characters that name an organisation."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.regions import parse_region
from market.reference.identifiers.text import InvalidIdentifier, compact, refuse_unless

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
CENTRAL = "100000"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = [pow(3, position, 31) for position in range(LENGTH - 1)]
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY = re.compile(r"[1-8]\d{5}(?:19|20)\d{9}[\dX]", re.ASCII)
# Xiamen gave its businesses codes of a series of its own, without regard to the standard's check, until 2016.
_ISSUED_IRREGULAR = re.compile(r"9[123]3502\d\dM0\d{8}", re.ASCII)
_ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}")


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A code whose check character is right.

    `region` is where the organisation was first registered, never a proof of where it is now.
    """

    value: str

    def __str__(self) -> str:
        return self.value

    @property
    def department(self) -> str:
        """The registering authority: 1 编制, 5 民政, 9 市场监管, N 农业农村 …"""
        return self.value[0]

    @property
    def category(self) -> str:
        """Department and kind together: 12 事业单位, 91 企业, 93 农民专业合作社 …"""
        return self.value[:2]

    @property
    def region(self) -> str:
        return self.value[2:8]

    @property
    def organisation_code(self) -> str:
        """组织机构代码 with its own check character (GB 11714)."""
        return self.value[8:17]

    @property
    def is_irregular(self) -> bool:
        """True for a code that was issued with a wrong check character: whoever verifies it looks at the licence."""
        return check_character(self.value[:17]) != self.value[17]

    @property
    def is_organisation_code_consistent(self) -> bool:
        """Advisory: some valid codes carry an organisation code whose own check character is wrong."""
        return organisation_check(self.organisation_code[:8]) == self.organisation_code[8]


def check_character(body: str) -> str:
    """The 18th character for the first 17."""
    total = sum(_VALUES[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """The check character of an 8-character organisation code (GB 11714)."""
    if not _ORGANISATION_CODE.fullmatch(body):
        raise InvalidIdentifier("shape", _("组织机构代码本体应为8位数字或大写字母"))
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def is_identity_number(value: str) -> bool:
    """Whether the 18 characters are a person's (GB 11643): a region, a day of birth, and their check character."""
    if not _IDENTITY.fullmatch(value):
        return False
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(value[:17]))
    return "10X98765432"[total % 11] == value[17]


def parse_credit_code(text: str) -> CreditCode:
    """The code in the text, space, case and full-width characters aside. Raises InvalidIdentifier."""
    value = compact(text)
    if len(value) != LENGTH:
        raise InvalidIdentifier("length", _("统一社会信用代码应为18位"))
    if not _VALUES.keys() >= set(value):
        raise InvalidIdentifier("alphabet", _("统一社会信用代码只含数字和大写字母，不含 I、O、S、V、Z"))
    if is_identity_number(value):
        raise InvalidIdentifier("identity_number", _("这是公民身份号码，不是统一社会信用代码"))
    if value[2:8] != CENTRAL:
        parse_region(value[2:8])
    if check_character(value[:17]) != value[17] and not _ISSUED_IRREGULAR.fullmatch(value):
        raise InvalidIdentifier("check_character", _("统一社会信用代码校验位不正确"))
    return CreditCode(value)


def normalise_credit_code(text: str) -> str:
    """The code as it is stored. Raises InvalidIdentifier."""
    return parse_credit_code(text).value


def validate_credit_code(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_credit_code, text)
