"""Marks between words: Chinese ones, or those of the language that is active."""

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MARKS: dict[str, str | Promise] = {
    "：": _("："),
    "，": _("，"),
    "、": _("、"),
    "；": _("；"),
    "。": _("。"),
    "（": _("（"),
    "）": _("）"),
}
# A run of marks; the blank after it is the mark's own in a language that writes one.
RUN = re.compile(f"[{''.join(MARKS)}]+")


def mark(run: str) -> str:
    """Marks as the reader writes them: `：` is `: ` in English."""
    return "".join(str(MARKS.get(character, character)) for character in run)


def listed(items: Iterable[object]) -> str:
    """甲、乙、丙; what is empty is left out."""
    return mark("、").join(text for text in map(str, items) if text)


def labelled(label: object, value: object) -> str:
    """申请人：某某"""
    return f"{label}{mark('：')}{value}"


def bracketed(text: object, more: object) -> str:
    """项目（编号）; the text alone where there is no more."""
    return f"{text}{mark('（')}{more}{mark('）')}" if str(more) else str(text)
