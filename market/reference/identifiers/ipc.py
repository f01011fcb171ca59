"""Symbols of the International Patent Classification: a subclass (H01M) or a group below it (H01M 10/0525)."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from market.reference.identifiers.text import InvalidIdentifier, compact, refuse_unless

_SYMBOL = re.compile(r"([A-H])(\d{2})([A-Z])(?:(\d{1,4})/(\d{2,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class IpcSymbol:
    """A well-formed symbol; whether the edition of the day has it is not asked."""

    subclass: str
    main_group: str = ""
    subgroup: str = ""

    def __str__(self) -> str:
        return self.value

    @property
    def value(self) -> str:
        return f"{self.subclass} {self.main_group}/{self.subgroup}" if self.main_group else self.subclass

    @property
    def section(self) -> str:
        return self.subclass[0]

    @property
    def class_symbol(self) -> str:
        return self.subclass[:3]


def parse_ipc(text: str) -> IpcSymbol:
    """The symbol in the text, with or without space. Raises InvalidIdentifier."""
    found = _SYMBOL.fullmatch(compact(text))
    if found is None:
        raise InvalidIdentifier("shape", _("IPC 分类号应形如 H01M 或 H01M 10/0525"))
    section, class_digits, letter, main_group, subgroup = found.groups()
    if class_digits == "00":
        raise InvalidIdentifier("class", _("IPC 分类号的大类不能为00"))
    return IpcSymbol(f"{section}{class_digits}{letter}", main_group or "", subgroup or "")


def normalise_ipc(text: str) -> str:
    """The symbol as it is stored: one space before the main group. Raises InvalidIdentifier."""
    return parse_ipc(text).value


def validate_ipc(text: str) -> None:
    """For model and form fields."""
    refuse_unless(parse_ipc, text)


def ipc_levels(code: str) -> list[str]:
    """A symbol in the ways it is typed, and those above it: H01, H01B, H01B7, H01B7/00, 7/00, H01B7/02, 7/02."""
    subclass, group = code[:4], code[4:].strip()
    found = [code[:3], subclass]
    if group:
        main = group.partition("/")[0]
        for below in (main, f"{main}/00", group):
            found += [f"{subclass}{below}", below] if "/" in below else [f"{subclass}{below}"]
    return list(dict.fromkeys(found))
